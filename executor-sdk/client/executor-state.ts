import { CodedError } from '../../common/runtime/errors.js';

/**
 * Where an executor stands.
 *
 *     idle → subscribing ⇄ waiting
 *                ↕           ↑
 *            subscribed -----┘        any → shutting-down → exited
 */
export type ExecutorState = 'idle' | 'subscribing' | 'waiting' | 'subscribed' | 'shutting-down' | 'exited';

/** Every legal move. */
const MOVES: Readonly<Record<ExecutorState, readonly ExecutorState[]>> = {
  idle: ['subscribing'],
  subscribing: ['subscribed', 'waiting', 'shutting-down', 'exited'],
  waiting: ['subscribing', 'shutting-down', 'exited'],
  subscribed: ['waiting', 'shutting-down', 'exited'],
  'shutting-down': ['exited'],
  exited: [],
};

/** Returns `to`, or throws if an executor in `from` cannot go there. */
export function moveExecutor(from: ExecutorState, to: ExecutorState): ExecutorState {
  if (MOVES[from].includes(to)) return to;
  const legal = MOVES[from].join(' or ') || 'nowhere';
  throw new CodedError('ILLEGAL_MOVE', `Cannot move executor to ${to}: ${from} leads to ${legal}`);
}
