import { describe, expect, it } from 'vitest';
import { mesos } from '../../proto/index.js';
import { MasterRig } from '../../test/support/master-rig.js';
import { commandTask, frameworkInfo } from '../../test/support/scripted-scheduler.js';
import { masterMetrics } from './master-metrics.js';

const { TASK_RUNNING, TASK_FAILED } = mesos.v1.TaskState;

const read = ({ master }: MasterRig) => new Map(masterMetrics(master, 1500).map(({ name, value }) => [name, value]));

describe('masterMetrics()', () => {
  it('tells of what the tables hold', () => {
    const rig = new MasterRig({ weights: { ops: 2.5 } });
    const agent = rig.registeredAgent();
    rig.registeredAgent('host2').hangUp();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ name: 'a/b', roles: ['ops'] }));
    const offers = scheduler.takeOffers().filter(({ agentId }) => agentId.value === agent.id);
    scheduler.launch(
      offers,
      commandTask('one', agent.id),
      commandTask('two', agent.id),
      commandTask('three', agent.id),
    );
    agent.update(scheduler.id, 'one', TASK_RUNNING);
    agent.update(scheduler.id, 'two', TASK_FAILED);
    scheduler.decline(scheduler.takeOffers(), 1000);

    const of = `master/frameworks/a%2Fb/${scheduler.id}`;
    expect(Object.fromEntries(read(rig))).toMatchObject({
      'master/slaves_connected': 1,
      'master/slaves_disconnected': 1,
      'master/frameworks_active': 1,
      'master/tasks_running': 1,
      'master/tasks_staging': 1,
      'master/tasks_failed': 1,
      'master/cpus_total': 8,
      'master/cpus_used': 0.2,
      'master/cpus_percent': 0.025,
      'master/mem_used': 64,
      'master/outstanding_offers': 1,
      'master/messages_register_slave': 2,
      'master/messages_decline_offers': 1,
      'master/uptime_secs': 1.5,
      'allocator/mesos/roles/ops/shares/dominant': 4 / 8 / 2.5, // held or offered
      'allocator/mesos/offer_filters/roles/ops/active': 1,
      'allocator/mesos/quota/roles/ops/resources/cpus/consumed': 0.2,
      'allocator/mesos/quota/roles//resources/cpus/consumed': 0.2,
      [`${of}/subscribed`]: 1,
      [`${of}/tasks/active/task_running`]: 1,
      [`${of}/roles/ops/suppressed`]: 0,
      [`${of}/calls`]: 3,
      [`${of}/calls/subscribe`]: 1,
      [`${of}/calls/accept`]: 1,
      [`${of}/calls/decline`]: 1,
      [`${of}/events/update`]: 2,
      [`${of}/events/heartbeat`]: 1,
      [`${of}/operations/launch`]: 1,
      [`${of}/offers/accepted`]: 1,
      [`${of}/tasks/terminal/task_failed`]: 1,
    });
    rig.master.stop();
  });

  it('keeps what was said when a framework is torn down', () => {
    const rig = new MasterRig();
    const scheduler = rig.scheduler().subscribe(frameworkInfo({ name: 'short' }));
    scheduler.call({ type: mesos.v1.scheduler.Call.Type.TEARDOWN });
    expect(read(rig).get(`master/frameworks/short/${scheduler.id}/calls/teardown`)).toBe(1);
    rig.master.stop();
  });

  it('tells how long the disk and the allocator took', () => {
    const rig = new MasterRig({}, { flushMs: () => 7 });
    const metrics = read(rig);
    expect(metrics.get('registrar/state_store_ms')).toBe(7);
    expect(metrics.get('registrar/state_store_ms/p99')).toBe(7);
    expect(metrics.get('registrar/state_store_ms/count')).toBeGreaterThan(0);
    expect(metrics.get('allocator/mesos/allocation_run_ms')).toBe(0); // no time passes while a core works
    rig.master.stop();
  });

  it('names everything once', () => {
    const rig = new MasterRig();
    const names = masterMetrics(rig.master, 0).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    rig.master.stop();
  });
});
