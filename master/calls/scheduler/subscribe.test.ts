import { describe, expect, it } from 'vitest';
import { frameworkId } from '../../../common/ids.js';
import { mesos } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import { commandTask, frameworkInfo } from '../../../test/support/scripted-scheduler.js';

const { REVIVE, SUPPRESS, TEARDOWN } = mesos.v1.scheduler.Call.Type;
const MINUTE_MS = 60_000;
const refusals = [
  [
    'a bad role',
    { roles: ['/bad'] },
    "'FrameworkInfo.roles' contains invalid role: Role '/bad' cannot start with a slash",
  ],
  [
    'roles without MULTI_ROLE',
    { roles: ['a'], capabilities: [] },
    "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
  ],
  ['duplicate roles', { roles: ['a', 'a'] }, "'FrameworkInfo.roles' contains duplicate items: { a }"],
] as const;

describe('SUBSCRIBE', () => {
  it('is answered with SUBSCRIBED, HEARTBEAT at once and offers as the original makes them', () => {
    const rig = new MasterRig();
    const agent = rig.agent('127.0.0.1');
    rig.registeredAgent('127.0.0.1');
    const scheduler = rig.scheduler();
    scheduler.subscribe();
    expect(agent.id).toBe('');
    expect(scheduler.id).toMatch(/^[0-9a-f-]{36}-0000$/);
    expect(scheduler.heartbeats).toBe(1);
    const [offer] = scheduler.takeOffers();
    expect(offer).toMatchObject({
      id: { value: scheduler.id.replace(/0000$/, 'O0') },
      agentId: { value: scheduler.id.replace(/0000$/, 'S0') },
      allocationInfo: { role: '*' },
      hostname: '127.0.0.1',
      url: { scheme: 'http', path: '/slave(1)', address: { hostname: '127.0.0.1', ip: '127.0.0.1', port: 5051 } },
    });
    expect(offer?.resources?.map(({ name, role }) => [name, role])).toEqual([
      ['ports', '*'],
      ['cpus', '*'],
      ['mem', '*'],
      ['disk', '*'],
    ]);
  });

  it('beats every 15 s', () => {
    const rig = new MasterRig();
    const scheduler = rig.scheduler().subscribe();
    rig.clock.advance(MINUTE_MS);
    expect(scheduler.heartbeats).toBe(5);
  });

  it.each(refusals)('ends the stream with an ERROR for %s', (_name, info, message) => {
    const scheduler = new MasterRig().scheduler();
    scheduler.subscribe(frameworkInfo({ ...info, roles: [...info.roles] } as never));
    expect(scheduler.take('error').message).toBe(message);
    expect(scheduler.closed).toBe(true);
  });

  it('accepts an id of the framework’s own choice', () => {
    const rig = new MasterRig();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ id: { value: 'my-own' } }));
    expect(scheduler.id).toBe('my-own');
    expect(rig.master.frameworks.live.has(frameworkId('my-own'))).toBe(true);
  });

  it('tells the older stream of the same framework and takes over its tasks', () => {
    const rig = new MasterRig();
    const agent = rig.registeredAgent();
    const old = rig.scheduler().subscribe();
    old.launch(old.takeOffers(), commandTask('t1', agent.id));
    const next = rig.scheduler().subscribe(frameworkInfo({ id: { value: old.id }, name: 'renamed' }));
    expect(old.take('error').message).toBe('Framework failed over');
    expect(old.closed).toBe(true);
    agent.update(next.id, 't1', mesos.v1.TaskState.TASK_RUNNING);
    expect(next.takeStatus().taskId.value).toBe('t1');
    expect(agent.take('updateFramework').framework.name).toBe('renamed');
    rig.clock.advance(10 * MINUTE_MS);
    expect(rig.master.frameworks.live.size).toBe(1);
  });

  it('refuses calls before it and calls for an id that is unknown or torn down', () => {
    const rig = new MasterRig();
    const scheduler = rig.scheduler();
    expect(scheduler.call({ type: TEARDOWN })).toMatchObject({
      status: 400,
      message: "Failed to validate scheduler::Call: Expecting 'framework_id' to be present",
    });
    const nope = { type: TEARDOWN, frameworkId: { value: 'nope' } };
    expect(scheduler.call(nope)).toMatchObject({ status: 400, message: 'Framework cannot be found' });
    scheduler.subscribe();
    scheduler.call({ type: TEARDOWN });
    expect(scheduler.closed).toBe(true);
    expect(scheduler.call({ type: REVIVE })).toMatchObject({ status: 400, message: 'Framework cannot be found' });
    const again = rig.scheduler().subscribe(frameworkInfo({ id: { value: scheduler.id } }));
    expect(again.take('error').message).toBe('Framework has been removed');
  });

  it('refuses calls of a framework over a stream that is not its own', () => {
    const rig = new MasterRig();
    const owner = rig.scheduler().subscribe();
    const stranger = rig.scheduler();
    const call = { type: REVIVE, frameworkId: { value: owner.id } };
    expect(stranger.call(call)).toMatchObject({ status: 403, message: 'Framework is not subscribed' });
  });
});

describe('a framework whose scheduler is gone', () => {
  it('keeps its tasks for its failover timeout, then is torn down', () => {
    const rig = new MasterRig();
    const agent = rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ failoverTimeout: 60 }));
    scheduler.launch(scheduler.takeOffers(), commandTask('t1', agent.id));
    scheduler.hangUp();
    rig.clock.advance(MINUTE_MS - 1);
    expect(() => agent.take('shutdownFramework')).toThrow();
    rig.clock.advance(1);
    expect(agent.take('shutdownFramework').frameworkId.value).toBe(scheduler.id);
    expect(rig.master.frameworks.completed.has(frameworkId(scheduler.id))).toBe(true);
  });

  it('may have years to return', () => {
    const rig = new MasterRig({ allocationIntervalMs: 3_600_000 });
    const year = 365 * 24 * 3600;
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ failoverTimeout: 3 * year }));
    scheduler.hangUp();
    rig.clock.advance(40 * 24 * 3600 * 1000);
    expect(rig.master.frameworks.live.size).toBe(1);
  });

  it('keeps its deadline when the master fails over', () => {
    const rig = new MasterRig();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ failoverTimeout: 3600 }));
    scheduler.hangUp();
    rig.clock.advance(30 * MINUTE_MS);
    rig.failover();
    expect(rig.master.frameworks.live.get(frameworkId(scheduler.id))?.connection.kind).toBe('recovered');
    rig.clock.advance(30 * MINUTE_MS - 1);
    expect(rig.master.frameworks.live.size).toBe(1);
    rig.clock.advance(1);
    expect(rig.master.frameworks.live.size).toBe(0);
    rig.settle();
    rig.failover();
    const late = rig.scheduler().subscribe(frameworkInfo({ id: { value: scheduler.id } }));
    expect(late.take('error').message).toBe('Framework has been removed');
  });

  it('gives its offers to others', () => {
    const rig = new MasterRig();
    rig.registeredAgent();
    const one = rig.scheduler().subscribe();
    const other = rig.scheduler().subscribe();
    expect(one.takeOffers()).toHaveLength(1);
    one.hangUp();
    expect(other.takeOffers()).toHaveLength(1);
  });
});

describe('offers', () => {
  it('come back after a decline when the filter has ended, on REVIVE at once, and not while suppressed', () => {
    const rig = new MasterRig();
    rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe();
    scheduler.decline(scheduler.takeOffers(), 300);
    rig.clock.advance(299_000);
    expect(scheduler.takeOffers()).toEqual([]);
    rig.clock.advance(1_000);
    const offers = scheduler.takeOffers();
    expect(offers).toHaveLength(1);
    scheduler.decline(offers, 300);
    scheduler.call({ type: REVIVE });
    const revived = scheduler.takeOffers();
    expect(revived).toHaveLength(1);
    scheduler.call({ type: SUPPRESS });
    scheduler.decline(revived, 0.01);
    rig.clock.advance(10_000);
    expect(scheduler.takeOffers()).toEqual([]);
    scheduler.call({ type: REVIVE, revive: { roles: ['*'] } });
    expect(scheduler.takeOffers()).toHaveLength(1);
  });

  it('are rescinded after the offer timeout', () => {
    const rig = new MasterRig({ offerTimeoutMs: 5_000 });
    rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe();
    const [offer] = scheduler.takeOffers();
    rig.clock.advance(5_000);
    expect(scheduler.take('rescind').offerId).toEqual(offer?.id);
    expect(scheduler.takeOffers()).toHaveLength(1);
  });

  it('hold the least that the framework itself sets for a role', () => {
    const rig = new MasterRig();
    rig.registeredAgent('small', 'cpus:0.005;mem:10');
    const least = (cpus: number) => ({
      minAllocatableResources: { quantities: [{ quantities: { cpus: { value: cpus } } }] },
    });
    const subscribe = (cpus: number) =>
      rig.scheduler().subscribe(frameworkInfo({ offerFilters: { '*': least(cpus) } }));
    expect(rig.scheduler().subscribe().takeOffers()).toEqual([]);
    expect(subscribe(0.006).takeOffers()).toEqual([]);
    expect(subscribe(0.005).takeOffers()).toHaveLength(1);
  });

  it('name no allocation for a framework without MULTI_ROLE', () => {
    const rig = new MasterRig();
    rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe({ user: 'root', name: 'old', checkpoint: true });
    const [offer] = scheduler.takeOffers();
    expect(offer?.allocationInfo ?? undefined).toBeUndefined();
    expect(offer?.resources?.every(({ allocationInfo }) => allocationInfo == null)).toBe(true);
  });

  it('in a role that the framework leaves are taken back', () => {
    const rig = new MasterRig();
    rig.registeredAgent();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ roles: ['a'] }));
    const [offer] = scheduler.takeOffers();
    const info = frameworkInfo({ id: { value: scheduler.id }, roles: ['b'] });
    const type = mesos.v1.scheduler.Call.Type.UPDATE_FRAMEWORK;
    expect(scheduler.call({ type, updateFramework: { frameworkInfo: info } }).kind).toBe('accepted');
    expect(scheduler.take('rescind').offerId).toEqual(offer?.id);
    expect(scheduler.takeOffers()[0]?.allocationInfo?.role).toBe('b');
    const changed = frameworkInfo({ id: { value: scheduler.id }, roles: ['b'], user: 'else' });
    expect(scheduler.call({ type, updateFramework: { frameworkInfo: changed } })).toMatchObject({
      status: 400,
      message:
        "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'root' to 'else'",
    });
  });
});
