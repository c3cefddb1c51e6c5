import { CodedError } from '../../common/runtime/errors.js';

/**
 * Where an agent stands with the master.
 *
 *     unknown ----> registered <--> unreachable ----> gone
 *        |               ^               ^
 *        '--> recovered -'---------------'
 *
 * `recovered`: known from the registry, but not back since this master started. `unknown`: never heard of, removed or
 * forgotten.
 */
export type AgentStanding = 'unknown' | 'recovered' | 'registered' | 'unreachable' | 'gone';

/** Every legal move. A master that starts takes each agent from unknown to what its registry says. */
const MOVES: Readonly<Record<AgentStanding, readonly AgentStanding[]>> = {
  unknown: ['registered', 'recovered', 'unreachable', 'gone'],
  recovered: ['registered', 'unreachable', 'gone'],
  registered: ['unreachable', 'gone', 'unknown'],
  unreachable: ['registered', 'gone', 'unknown'],
  gone: ['unknown'], // an agent that was declared lost never returns: its tasks are said to be over
};

/** Throws ILLEGAL_MOVE if an agent that stands in `from` cannot go to `to`. */
export function checkAgentMove(from: AgentStanding, to: AgentStanding): void {
  if (MOVES[from].includes(to)) return;
  throw new CodedError('ILLEGAL_MOVE', `Cannot move agent to ${to}: ${from} leads to ${MOVES[from].join(' or ')}`);
}
