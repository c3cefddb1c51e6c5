import { describe, expect, it } from 'vitest';
import { frameworkId } from '../../../common/ids.js';
import { type FrameworkInfo, mesos } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import { commandTask, frameworkInfo, type ScriptedScheduler } from '../../../test/support/scripted-scheduler.js';

const { REVIVE, TEARDOWN } = mesos.v1.scheduler.Call.Type;
const FLUSH_MS = 50;
const HOUR_MS = 3_600_000;

/** A cluster whose disk is slow from the moment `slow` is called. */
function cluster() {
  let flushMs = 0;
  const rig = new MasterRig({}, { flushMs: () => flushMs });
  const slow = () => {
    flushMs = FLUSH_MS;
  };
  const flushed = () => rig.clock.advance(FLUSH_MS);
  const row = (id: string) => rig.master.frameworks.live.get(frameworkId(id));
  const kindOf = (id: string) => row(id)?.connection.kind;
  return { rig, slow, flushed, row, kindOf };
}

const named = (id: string, more: Partial<FrameworkInfo> = {}) => frameworkInfo({ id: { value: id }, ...more });

/** The ERROR that came, or undefined. */
const errorOf = ({ events }: ScriptedScheduler) => events.find(({ error }) => error)?.error?.message;

describe('a subscription', () => {
  it('is confirmed once it is durable, and survives a crash from then on', () => {
    const { rig, slow, flushed, kindOf } = cluster();
    slow();
    const scheduler = rig.scheduler().subscribe(named('f'));
    rig.clock.advance(FLUSH_MS - 1);
    expect(scheduler.events).toEqual([]);
    expect(scheduler.call({ type: REVIVE, frameworkId: { value: 'f' } })).toMatchObject({ status: 400 });
    flushed();
    expect(scheduler.take('subscribed').frameworkId.value).toBe('f');
    rig.failover();
    expect(kindOf('f')).toBe('recovered');
  });

  it('that was not confirmed leaves nothing behind', () => {
    const { rig, slow, flushed, kindOf } = cluster();
    slow();
    const scheduler = rig.scheduler().subscribe(named('f'));
    scheduler.hangUp();
    flushed();
    expect(kindOf('f')).toBeUndefined();
    flushed();
    rig.failover();
    expect(kindOf('f')).toBeUndefined();
  });

  it('that was not confirmed does not put off the deadline of a framework that is known', () => {
    const { rig, slow, flushed, kindOf } = cluster();
    const scheduler = rig.scheduler().subscribe(named('f', { failoverTimeout: 3_600 }));
    scheduler.hangUp();
    rig.clock.advance(HOUR_MS / 2);
    slow();
    rig.scheduler().subscribe(named('f')).hangUp();
    flushed();
    flushed();
    rig.failover();
    rig.clock.advance(HOUR_MS / 2 - 1_000);
    expect(kindOf('f')).toBe('recovered');
    rig.clock.advance(1_000 + FLUSH_MS);
    expect(kindOf('f')).toBeUndefined();
  });

  it('gives way to a newer one of the same id while both wait for the disk', () => {
    const { rig, slow, flushed, row } = cluster();
    slow();
    const older = rig.scheduler().subscribe(named('f'));
    const newer = rig.scheduler().subscribe(named('f', { name: 'newer' }));
    expect(errorOf(older)).toBe('Framework failed over');
    expect(older.closed).toBe(true);
    flushed();
    flushed();
    expect(newer.take('subscribed').frameworkId.value).toBe('f');
    expect(row('f')?.info.name).toBe('newer');
    expect(older.events.some(({ subscribed }) => subscribed)).toBe(false);
  });

  it('is not sent twice when SUBSCRIBE comes twice', () => {
    const { rig, slow, flushed } = cluster();
    slow();
    const scheduler = rig.scheduler().subscribe(named('f')).subscribe(named('f'));
    flushed();
    flushed();
    expect(scheduler.events.filter(({ subscribed }) => subscribed)).toHaveLength(1);
  });

  it('of a framework whose old stream breaks meanwhile is recorded as connected', () => {
    const { rig, slow, flushed, kindOf } = cluster();
    const old = rig.scheduler().subscribe(named('f', { failoverTimeout: 100 }));
    slow();
    const next = rig.scheduler().subscribe(named('f', { failoverTimeout: 100 }));
    old.hangUp();
    flushed();
    expect(next.take('subscribed').frameworkId.value).toBe('f');
    for (let n = 0; n < 3; n++) flushed();
    rig.clock.advance(90_000);
    rig.failover();
    rig.clock.advance(99_000);
    expect(kindOf('f')).toBe('recovered');
  });
});

describe('TEARDOWN', () => {
  function running() {
    const world = cluster();
    const agent = world.rig.registeredAgent();
    const scheduler = world.rig.scheduler().subscribe(named('f'));
    scheduler.launch(scheduler.takeOffers(), commandTask('t1', agent.id));
    const { framework } = agent.take('runTask');
    world.slow();
    return { ...world, agent, scheduler, framework };
  }

  it('is acted upon once it is durable, and no crash brings the framework back', () => {
    const { rig, flushed, agent, scheduler, kindOf } = running();
    expect(scheduler.call({ type: TEARDOWN }).kind).toBe('accepted');
    rig.clock.advance(FLUSH_MS - 1);
    expect(() => agent.take('shutdownFramework')).toThrow();
    expect(scheduler.closed).toBe(false);
    flushed();
    expect(agent.take('shutdownFramework').frameworkId.value).toBe('f');
    expect(scheduler.closed).toBe(true);
    rig.failover();
    expect(kindOf('f')).toBeUndefined();
    expect(errorOf(rig.scheduler().subscribe(named('f')))).toBe('Framework has been removed');
  });

  it('that a crash came before has done nothing', () => {
    const { rig, agent, scheduler, framework, kindOf } = running();
    scheduler.call({ type: TEARDOWN });
    rig.failover();
    expect(kindOf('f')).toBe('recovered');
    agent.reregister({ frameworks: [framework] });
    expect(() => agent.take('shutdownFramework')).toThrow();
  });

  it('ends the framework for whoever calls meanwhile, and is not claimed before it is durable', () => {
    const { rig, flushed, scheduler } = running();
    scheduler.call({ type: TEARDOWN });
    expect(scheduler.call({ type: REVIVE })).toMatchObject({ status: 400, message: 'Framework cannot be found' });
    const late = rig.scheduler().subscribe(named('f'));
    expect(late.events).toEqual([]);
    flushed();
    flushed();
    expect(errorOf(late)).toBe('Framework has been removed');
  });

  it('stands when the stream breaks before it is durable', () => {
    const { rig, flushed, scheduler, kindOf } = running();
    scheduler.call({ type: TEARDOWN });
    scheduler.hangUp();
    flushed();
    flushed();
    expect(kindOf('f')).toBeUndefined();
    rig.failover();
    expect(kindOf('f')).toBeUndefined();
  });

  it('wins over a subscription that waits for the disk', () => {
    const { rig, flushed, scheduler, kindOf } = running();
    const next = rig.scheduler().subscribe(named('f'));
    scheduler.call({ type: TEARDOWN });
    flushed();
    flushed();
    flushed();
    expect(errorOf(next)).toBe('Framework has been removed');
    rig.failover();
    expect(kindOf('f')).toBeUndefined();
  });
});
