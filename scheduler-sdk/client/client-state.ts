import { CodedError } from '../../common/runtime/errors.js';

/**
 * Where a scheduler client stands.
 *
 *     idle → loading → seeking ⇄ subscribing → admitting → subscribed
 *                        ↑____________|____________|___________|
 *
 * `seeking` knows no leader or waits before it tries again; `admitting` writes down the framework id that the master
 * has just confirmed, before anything is acted upon. From anywhere: `stopping` → `stopped`, or `failed`.
 */
export type ClientState =
  | 'idle'
  | 'loading'
  | 'seeking'
  | 'subscribing'
  | 'admitting'
  | 'subscribed'
  | 'stopping'
  | 'stopped'
  | 'failed';

/** Every legal move. */
const MOVES: Readonly<Record<ClientState, readonly ClientState[]>> = {
  idle: ['loading', 'stopped'],
  loading: ['seeking', 'failed', 'stopping'],
  seeking: ['subscribing', 'failed', 'stopping'],
  subscribing: ['admitting', 'seeking', 'failed', 'stopping'],
  admitting: ['subscribed', 'seeking', 'failed', 'stopping'],
  subscribed: ['seeking', 'failed', 'stopping'],
  stopping: ['stopped'],
  stopped: [],
  failed: [],
};

/** Returns `to`, or throws if a client in `from` cannot go there. */
export function moveClient(from: ClientState, to: ClientState): ClientState {
  if (MOVES[from].includes(to)) return to;
  const legal = MOVES[from].join(' or ') || 'nowhere';
  throw new CodedError('ILLEGAL_MOVE', `Cannot move scheduler client to ${to}: ${from} leads to ${legal}`);
}
