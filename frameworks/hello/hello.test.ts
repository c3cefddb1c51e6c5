import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../scheduler-sdk/index.js';
import { offer, type ScriptedMaster, scriptedMaster } from '../../scheduler-sdk/testing/index.js';
import { type HelloResult, hello } from './hello.js';

async function start(master: ScriptedMaster, tasks: number) {
  const results: HelloResult[] = [];
  const setup = { name: 'hello', user: 'nobody', master: 'master:5050', ports: master.ports };
  const scheduler = await createScheduler(setup, (client) => hello(client, tasks, (result) => results.push(result)));
  return { results, scheduler };
}

describe('hello', () => {
  it('launches its tasks on the first offer, wants no more, and reports when all have ended', async () => {
    const master = scriptedMaster();
    const { results, scheduler } = await start(master, 2);
    master.subscribe();
    master.send.offers(offer({ cpus: 4 }));
    const suppressed = master.expect.suppress();
    const [first, second] = master.expect.launch();
    if (!first || !second) throw new Error('two tasks are wanted');
    expect(suppressed.roles).toEqual([]);
    expect(first.command?.value).toContain('Hello from hello-1');

    master.send.status(first, 'TASK_FINISHED');
    expect(master.expect.acknowledge().taskId).toEqual(first.taskId);
    expect(results).toEqual([]);
    master.send.status(second, 'TASK_FAILED');
    master.expect.acknowledge();
    expect(results).toEqual([{ finished: 1, wanted: 2 }]);
    await scheduler.stop();
  });

  it('waits for further offers when the first holds too little', async () => {
    const master = scriptedMaster();
    const { scheduler } = await start(master, 2);
    master.subscribe();
    master.send.offers(offer({ cpus: 0.1 }));
    expect(master.expect.launch()).toHaveLength(1);
    master.send.offers(offer({ cpus: 0.05 }));
    master.expect.decline();
    master.send.offers(offer({ cpus: 0.1 }));
    master.expect.suppress();
    expect(master.expect.launch()).toHaveLength(1);
    await scheduler.stop();
  });

  it('runs nothing twice when it is restarted', async () => {
    const before = scriptedMaster();
    const { scheduler } = await start(before, 1);
    const { id } = before.subscribe().frameworkInfo;
    before.send.offers(offer());
    before.expect.suppress();
    const [task] = before.expect.launch();
    if (!task) throw new Error('a task is wanted');
    await scheduler.stop();

    const master = scriptedMaster({ store: before.store, clock: before.clock });
    const again = await start(master, 1);
    expect(master.subscribe().frameworkInfo.id).toEqual(id);
    expect(master.expect.reconcile()).toEqual(['hello-1']);
    master.send.offers(offer());
    master.expect.decline();
    master.expect.suppress();
    master.send.answer(task, 'TASK_FINISHED');
    expect(again.results).toEqual([{ finished: 1, wanted: 1 }]);
    await again.scheduler.stop();
  });
});
