import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { mesos } from '../../proto/index.js';
import { status } from '../testing/builders.js';
import { type ScriptedMaster, scriptedMaster } from '../testing/index.js';
import { type AuthorHandler, createScheduler, type SchedulerSetup } from './create-scheduler.js';
import type { SchedulerPorts } from './scheduler-client.js';

function start(master: ScriptedMaster, author: AuthorHandler, setup: Partial<SchedulerSetup> = {}) {
  return createScheduler({ name: 'test', master: 'master:5050', ports: master.ports, ...setup }, () => author);
}

const task = { taskId: { value: 't1' } };

/** A master in real time that confirms every SUBSCRIBE, and tells the id that was given. */
function confirming(subscribed: (given: string) => void): SchedulerPorts['dialer'] {
  const { SUBSCRIBED } = mesos.v1.scheduler.Event.Type;
  return {
    dial: (_address, receiver) => ({
      send: ({ subscribe }) => {
        const frameworkId = subscribe?.frameworkInfo.id;
        if (!frameworkId) return;
        subscribed(frameworkId.value);
        const event = { type: SUBSCRIBED, subscribed: { frameworkId } };
        setImmediate(() => receiver.received({ kind: 'event', event }));
      },
      close: () => {},
    }),
  };
}

describe('createScheduler()', () => {
  it('acknowledges when the promise of the status handler resolves', async () => {
    const master = scriptedMaster();
    const { promise, resolve } = Promise.withResolvers<void>();
    await using _ = await start(master, { status: () => promise });
    master.subscribe();
    master.send.status(task, 'TASK_RUNNING');
    await master.settled();
    master.expect.nothing();
    resolve();
    await master.settled();
    master.expect.acknowledge();
  });

  it('is told again when the promise of the status handler rejects', async () => {
    const master = scriptedMaster();
    let told = 0;
    const author = {
      status: async () => {
        told += 1;
        if (told === 1) throw new Error('not now');
      },
    };
    await using _ = await start(master, author);
    master.subscribe();
    const sent = status(task, 'TASK_RUNNING');
    master.send.update(sent);
    await master.settled();
    master.expect.nothing();
    master.send.update(sent);
    await master.settled();
    master.expect.acknowledge();
  });

  it('rejects `ended` when the client gives up', async () => {
    const master = scriptedMaster();
    const scheduler = await start(master, {});
    master.subscribe();
    master.send.error('Framework failed over');
    await expect(scheduler.ended).rejects.toThrow('Framework failed over');
  });

  it('leaves no framework behind when it has nowhere to remember it', async () => {
    const master = scriptedMaster();
    const { store: _, ...ports } = master.ports;
    await using scheduler = await start(master, {}, { ports });
    expect(master.expect.subscribe().frameworkInfo.failoverTimeout).toBe(0);
    expect(scheduler.client.state).toBe('subscribing');
  });

  it('remembers in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meseta-sdk-'));
    const ids: string[] = [];
    const dialer = confirming((id) => ids.push(id));
    for (let run = 0; run < 2; run++) {
      const { promise: subscribed, resolve } = Promise.withResolvers<void>();
      const setup = { name: 'test', master: 'master:5050', storage: join(folder, 'framework.db'), log: silentLogger };
      const scheduler = await createScheduler({ ...setup, ports: { dialer } }, () => ({ subscribed: () => resolve() }));
      await subscribed;
      await scheduler.stop();
    }
    expect(ids).toHaveLength(2);
    expect(ids[1]).toBe(ids[0]);
    await rm(folder, { recursive: true });
  });

  it.each(['', 'localhost', 'http://localhost:5050', 'a:1,b'])('refuses "%s" as a master', async (address) => {
    const refused = createScheduler({ name: 'test', master: address }, () => ({}));
    await expect(refused).rejects.toThrow('host:port is wanted');
  });
});
