import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { mesos, type TaskStatus } from '../../proto/index.js';
import { buildTask, createScheduler, match, shellCommand } from '../../scheduler-sdk/index.js';
import { NODE } from '../support/daemon.js';
import { RealCluster } from '../support/real-cluster.js';
import { until } from '../support/until.js';

/** A program that knows the v1 executor API only from its documentation: HTTP, JSON and records. */
const EXECUTOR = `
const { MESOS_AGENT_ENDPOINT, MESOS_FRAMEWORK_ID, MESOS_EXECUTOR_ID } = process.env;
const ids = { framework_id: { value: MESOS_FRAMEWORK_ID }, executor_id: { value: MESOS_EXECUTOR_ID } };
const post = (call) => fetch('http://' + MESOS_AGENT_ENDPOINT + '/api/v1/executor', {
  method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify({ ...ids, ...call }),
});
const update = async (task_id, state, message) => {
  const status = { task_id, state, message, source: 'SOURCE_EXECUTOR', uuid: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64') };
  const answer = await post({ type: 'UPDATE', update: { status } });
  console.log('update', state, answer.status, JSON.stringify(await answer.text()));
};
const stream = await post({ type: 'SUBSCRIBE', subscribe: {} });
console.log('subscribed', stream.status, stream.headers.get('content-type'), stream.headers.get('transfer-encoding'), stream.headers.get('content-length'));
let text = '';
for await (const chunk of stream.body) {
  text += Buffer.from(chunk).toString();
  for (let at; (at = text.indexOf('\\n')) > 0 && text.length > at + Number(text.slice(0, at)); ) {
    const end = at + 1 + Number(text.slice(0, at));
    const event = JSON.parse(text.slice(at + 1, end));
    text = text.slice(end);
    console.log('event', event.type);
    if (event.type === 'LAUNCH') {
      await update(event.launch.task.task_id, 'TASK_RUNNING', 'running at last');
    }
    if (event.type === 'MESSAGE') await post({ type: 'MESSAGE', message: { data: event.message.data } });
    if (event.type === 'KILL') await update(event.kill.task_id, 'TASK_KILLED', 'as told');
    if (event.type === 'SHUTDOWN') process.exit(0);
  }
}
`;

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.start();
  await writeFile(join(cluster.folder, 'executor.mjs'), EXECUTOR);
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

describe('an executor of the framework, over HTTP', () => {
  it('subscribes, runs, answers messages, kills and shuts down', async () => {
    const statuses: TaskStatus[] = [];
    const messages: string[] = [];
    let ended = false;
    const scheduler = await createScheduler(
      { name: 'custom', master: cluster.masterAddress, log: silentLogger },
      (client) => ({
        offers: (offers) => {
          const wanted = client.tasks.has('t') ? [] : [{ id: 't', needs: { cpus: 0.5, mem: 64 } }];
          const { placements, unused } = match(wanted, offers);
          for (const { offers: used, launches } of placements) {
            client.launch(
              used,
              launches.map((launch) =>
                buildTask(launch, {
                  executor: {
                    type: mesos.v1.ExecutorInfo.Type.CUSTOM,
                    executorId: { value: 'e' },
                    frameworkId: { value: client.frameworkId ?? '' },
                    command: shellCommand(`exec ${NODE} ${join(cluster.folder, 'executor.mjs')}`),
                  },
                }),
              ),
            );
          }
          client.decline(unused);
        },
        status: (status) => void statuses.push(status),
        message: ({ data }) => void messages.push(Buffer.from(data).toString()),
        failure: ({ executorId }) => {
          ended ||= executorId === 'e';
        },
      }),
    );
    const reached = (state: mesos.v1.TaskState) =>
      until(`task in state ${mesos.v1.TaskState[state]}, so far ${JSON.stringify(statuses)}`, () =>
        statuses.find((status) => status.state === state),
      );
    const running = await reached(mesos.v1.TaskState.TASK_RUNNING);
    expect(running).toMatchObject({ message: 'running at last', executorId: { value: 'e' } });
    const agentId = running.agentId?.value ?? '';
    scheduler.client.message('e', agentId, Buffer.from('ping'));
    await until('the message to come back', () => messages.includes('ping'));
    scheduler.client.kill('t');
    expect(await reached(mesos.v1.TaskState.TASK_KILLED)).toMatchObject({ message: 'as told' });
    scheduler.client.shutdownExecutor('e', agentId);
    await until('the executor to end', () => ended);
    await scheduler.stop({ teardown: true });
  });

  it.each([
    [{ type: 'NOPE' }, 400, /^Failed to convert JSON into Call protobuf: Missing required fields: /],
    [{ framework_id: { value: 'f' }, executor_id: { value: 'e' } }, 400, /Expecting 'type' to be present$/],
    [
      { type: 'SUBSCRIBE', framework_id: { value: 'f' }, executor_id: { value: 'e' } },
      400,
      /Expecting 'subscribe' to be present$/,
    ],
    [
      { type: 'SUBSCRIBE', subscribe: {}, framework_id: { value: 'f' }, executor_id: { value: 'e' } },
      400,
      /^Framework cannot be found$/,
    ],
  ])('is refused when it is not one: %j', async (body, status, text) => {
    const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
    const info = getAgents?.agents?.[0]?.agentInfo;
    const answer = await fetch(`http://${info?.hostname}:${info?.port}/api/v1/executor`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(text);
  });
});
