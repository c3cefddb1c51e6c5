import type { FrameworkId } from '../common/ids.js';
import { CodedError } from '../common/runtime/errors.js';
import type { Store } from '../common/store/store.js';
import { meseta } from '../proto/index.js';
import type { MasterContext } from './context.js';
import { failoverTimeoutMs } from './frameworks/failover-deadline.js';
import { deadlineAfterFailover, recoverFramework } from './frameworks/recover-framework.js';
import { type Registry, readRegistry } from './registry/read-registry.js';
import type { FrameworkRecord } from './registry/records.js';
import { saveMaster } from './registry/save-master.js';

const { ADMITTED, UNREACHABLE, GONE } = meseta.v1.AgentStanding;

/** Nobody could return while no master led: a deadline that passed meanwhile is put off by this much at most. */
const GRACE_MS = 60_000;

/** Fills the tables from the registry and makes this master its owner, durably; only then calls `done`. */
export function recoverRegistry(context: MasterContext, store: Store, done: (error?: Error) => void): void {
  const { registryFetchTimeoutMs: timeoutMs } = context.options;
  const read = once((outcome: Registry | Error) => {
    patience.cancel();
    if (outcome instanceof Error) return done(outcome);
    recoverAgents(context, outcome);
    for (const [id, record] of outcome.frameworks) recoverRecord(context, id, record);
    const { recovered, unreachable, gone } = context.agents;
    const agents = { agents: recovered.size, unreachable: unreachable.size, gone: gone.size };
    context.log.info('Registry recovered', { ...agents, frameworks: context.frameworks.live.size });
    context.registrar.apply(saveMaster(context.info.id), () => done());
  });
  const patience = context.clock.after(timeoutMs, () => read(timedOut(timeoutMs)));
  readRegistry(store, read);
}

function once<Value>(act: (value: Value) => void): (value: Value) => void {
  let done = false;
  return (value) => {
    if (done) return;
    done = true;
    act(value);
  };
}

function timedOut(timeoutMs: number): CodedError {
  const text = `Cannot read registry: the store has not answered for ${timeoutMs} ms (--registry_fetch_timeout)`;
  return new CodedError('TIMED_OUT', text);
}

function recoverAgents({ agents }: MasterContext, registry: Registry): void {
  const oldestFirst = [...registry.agents].toSorted(([, a], [, b]) => a.sinceMs - b.sinceMs);
  for (const [id, { agent: info, standing, sinceMs }] of oldestFirst) {
    if (standing === ADMITTED) agents.move(id, { standing: 'recovered', info });
    else if (standing === UNREACHABLE) agents.move(id, { standing: 'unreachable', info, sinceWallMs: sinceMs });
    else if (standing === GONE) agents.move(id, { standing: 'gone', sinceWallMs: sinceMs });
  }
}

function recoverRecord(context: MasterContext, id: FrameworkId, record: FrameworkRecord): void {
  const { framework: info, failoverDeadlineMs, removed } = record;
  if (removed) {
    const nothing = { registeredWallMs: 0, unregisteredWallMs: 0, completedTasks: [] };
    context.frameworks.completed.set(id, { id, info, ...nothing });
    return;
  }
  const soonest = context.clock.wallMs() + Math.min(GRACE_MS, failoverTimeoutMs(info));
  const deadline =
    failoverDeadlineMs == null ? deadlineAfterFailover(context, info) : Math.max(failoverDeadlineMs, soonest);
  recoverFramework(context, id, info, deadline);
}
