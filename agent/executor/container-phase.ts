import { CodedError } from '../../common/runtime/errors.js';

/**
 * Where a container stands, as the agent drives it:
 *
 *     checkpointing -> launching -> running -> ended
 *           |              |                     ^
 *           +--------------+---------------------+   killed or failed before it ran
 */
export type ContainerPhase = 'checkpointing' | 'launching' | 'running' | 'ended';

const MOVES: Readonly<Record<ContainerPhase, readonly ContainerPhase[]>> = {
  checkpointing: ['launching', 'ended'],
  launching: ['running', 'ended'],
  running: ['ended'],
  ended: [],
};

/** Returns `to`, or throws if a container in `from` cannot go there. */
export function movePhase(from: ContainerPhase, to: ContainerPhase): ContainerPhase {
  if (MOVES[from].includes(to)) return to;
  const legal = MOVES[from].join(' or ') || 'nowhere';
  throw new CodedError('ILLEGAL_MOVE', `Cannot move container to ${to}: ${from} leads to ${legal}`);
}
