/**
 * A custom executor that knows the v1 executor API only: it does what it is told at once and writes all that it sees,
 * as lines of JSON, to the file that CAPTURE_LOG names.
 */
import { appendFileSync } from 'node:fs';

interface ExecutorDocument {
  readonly type: string;
  readonly launch?: { readonly task: { readonly task_id: unknown } };
  readonly kill?: { readonly task_id: unknown };
  readonly message?: { readonly data: string };
}

const { CAPTURE_LOG = '', MESOS_AGENT_ENDPOINT, MESOS_FRAMEWORK_ID, MESOS_EXECUTOR_ID } = process.env;
const ids = { framework_id: { value: MESOS_FRAMEWORK_ID }, executor_id: { value: MESOS_EXECUTOR_ID } };

const note = (kind: string, data: unknown) => appendFileSync(CAPTURE_LOG, `${JSON.stringify({ kind, data })}\n`);

const post = (call: object) =>
  fetch(`http://${MESOS_AGENT_ENDPOINT}/api/v1/executor`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ ...ids, ...call }),
  });

async function call(type: string, member: object): Promise<void> {
  const answer = await post({ type, ...member });
  note(`call ${type}`, { status: answer.status, body: await answer.text() });
}

function update(taskId: unknown, state: string): Promise<void> {
  const uuid = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const said = { data: Buffer.from('blob').toString('base64'), message: 'from executor', source: 'SOURCE_EXECUTOR' };
  const status = { task_id: taskId, state, executor_id: ids.executor_id, uuid, ...said };
  return call('UPDATE', { update: { status } });
}

async function obey(event: ExecutorDocument): Promise<void> {
  note('event', event);
  if (event.launch) await update(event.launch.task.task_id, 'TASK_RUNNING');
  if (event.type === 'MESSAGE') await call('MESSAGE', { message: { data: event.message?.data } });
  if (event.kill) await update(event.kill.task_id, 'TASK_KILLED');
  if (event.type === 'SHUTDOWN') {
    note('shutdown', {});
    process.exit(0);
  }
}

const environment = Object.entries(process.env).filter(([name]) => /^(MESOS|LIBPROCESS)/.test(name));
note('env', Object.fromEntries(environment));
const stream = await post({ type: 'SUBSCRIBE', subscribe: { unacknowledged_tasks: [], unacknowledged_updates: [] } });
note('subscribe', { status: stream.status, headers: Object.fromEntries(stream.headers) });
let waiting: Buffer = Buffer.alloc(0);
for await (const chunk of stream.body ?? []) {
  waiting = Buffer.concat([waiting, chunk]);
  for (;;) {
    const start = waiting.indexOf('\n') + 1;
    const end = start + Number(waiting.subarray(0, start).toString());
    if (start === 0 || end > waiting.length) break;
    const record = waiting.subarray(start, end).toString();
    waiting = waiting.subarray(end);
    await obey(JSON.parse(record) as ExecutorDocument);
  }
}
note('closed', {});
