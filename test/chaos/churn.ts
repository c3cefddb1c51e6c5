/**
 * A scheduler under test that is killed and started again: keeps a number of short tasks going and writes down what it
 * does and sees, a line of JSON each. usage: churn.ts MASTER STORE_FILE LOG_FILE WITNESS_DIR ALIVE STOP_FILE LONGEST_MS
 *
 * Lines: {launch: id, code}, written before the launch is sent; {seen: id, state, message, reason}, before the update is
 * acknowledged; {settled: true}, when STOP_FILE exists and every task has ended and was told so by its agent, or was
 * never started. Each says when it was written, `at`, in ms since the epoch.
 */
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { systemClock } from '../../common/runtime/clock.js';
import { createLogger } from '../../common/runtime/logger.js';
import { systemRandom } from '../../common/runtime/random.js';
import { openSqliteStore } from '../../common/store/sqlite-store.js';
import { mesos, type Offer } from '../../proto/index.js';
import {
  buildTask,
  FrameworkStore,
  grpcTransport,
  isTerminal,
  masterList,
  match,
  SchedulerClient,
  shellCommand,
  stateOf,
} from '../../scheduler-sdk/index.js';

const [master = '', storeFile = '', logFile = '', witness = '', aliveText = '', stopFile = '', longestText = ''] =
  process.argv.slice(2);
const alive = Number(aliveText);
const longestMs = Number(longestText);
const log = createLogger('churn', 'warn');
const out = openSync(logFile, 'a');
process.on('exit', () => closeSync(out));

function note(line: object): void {
  appendFileSync(out, `${JSON.stringify({ ...line, at: Date.now() })}\n`);
  fsyncSync(out);
}

/** What the task does: says that it starts, works a little, says that it ends, leaves with a code of its own. */
function script(id: string, code: number, workMs: number): string {
  const file = `'${witness}/${id}'`;
  return `echo "start $$" >> ${file}; sleep ${workMs / 1_000}; echo "end ${code}" >> ${file}; exit ${code}`;
}

const store = await openSqliteStore(storeFile, { log });
const needs = { cpus: 0.1, mem: 8 };
let wave = 0;

const client: SchedulerClient = new SchedulerClient(
  {
    clock: systemClock,
    random: systemRandom,
    log,
    detector: masterList([master], systemClock),
    dialer: grpcTransport(log),
    store: new FrameworkStore(store),
  },
  { name: 'churn', user: 'root', reconcileIntervalMs: 20_000, endedTasksKept: 100_000 },
  {
    subscribed: () => settle(),
    offers: (offers) => launch(offers),
    update: ({ status, task, confirm }) => {
      const { TaskState } = mesos.v1;
      const reason = status.reason == null ? undefined : mesos.v1.TaskStatus.Reason[status.reason];
      note({
        seen: status.taskId.value,
        state: TaskState[status.state],
        message: status.message,
        reason,
        known: task !== undefined,
      });
      confirm();
      settle();
    },
    failed: (kind, error) => {
      note({ failed: kind, message: error.message });
      process.exit(1);
    },
  },
);

function unfinished(): number {
  return [...client.tasks.values()].filter((task) => !isTerminal(stateOf(task))).length;
}

/** Ends that only a master told of so far, which has no uuid: the agent's own word, with the exit status, is to come. */
function hearsay(): number {
  const { TASK_FINISHED, TASK_FAILED } = mesos.v1.TaskState;
  return [...client.tasks.values()].filter(({ status }) => {
    const ran = status?.state === TASK_FINISHED || status?.state === TASK_FAILED;
    return ran && !status.uuid?.length;
  }).length;
}

function launch(offers: readonly Offer[]): void {
  const count = existsSync(stopFile) ? 0 : Math.max(0, alive - unfinished());
  wave += 1;
  const requirements = Array.from({ length: count }, (_, at) => ({ id: `t-${process.pid}-${wave}-${at}`, needs }));
  const { placements, unused } = match(requirements, offers);
  for (const placement of placements) {
    const tasks = placement.launches.map((each) => {
      const code = Math.floor(Math.random() * 4);
      note({ launch: each.requirement.id, code });
      return buildTask(each, {
        command: shellCommand(script(each.requirement.id, code, 50 + Math.random() * (longestMs - 50))),
      });
    });
    client.launch(placement.offers, tasks, { refuseSeconds: 0.2 });
  }
  client.decline(unused, 0.2);
}

function settle(): void {
  if (existsSync(stopFile) && unfinished() === 0 && hearsay() === 0) note({ settled: true });
}

client.start();
setInterval(settle, 500);
