import { mesos, type Offer } from '../../proto/index.js';
import {
  type AuthorHandler,
  buildTask,
  isTerminal,
  match,
  type SchedulerClient,
  shellCommand,
} from '../../scheduler-sdk/index.js';

/** How it went: how many tasks finished well, of how many. */
export interface HelloResult {
  readonly finished: number;
  readonly wanted: number;
}

/** Says hello `wanted` times, each time as a task on some agent, and calls `done` when all have ended. */
export function hello(client: SchedulerClient, wanted: number, done: (result: HelloResult) => void): AuthorHandler {
  // What each task asks for. All share one object, so the matcher knows them to be alike.
  const needs = { cpus: 0.1, mem: 32 };
  // The tasks by name. Task ids are never used twice, not even after a restart of this program.
  const ids = Array.from({ length: wanted }, (_, index) => `hello-${index + 1}`);
  // The SDK remembers every task in its store: what has been launched before is not launched again.
  const waiting = () => ids.filter((id) => !client.tasks.has(id));

  function launch(offers: readonly Offer[]): void {
    const requirements = waiting().map((id) => ({ id, needs, group: 'hello' }));
    // Decides which task fits where; `unplaced` would say why the others do not.
    const { placements, unused } = match(requirements, offers);
    for (const placement of placements) {
      const tasks = placement.launches.map((one) =>
        buildTask(one, { command: shellCommand(`echo "Hello from ${one.requirement.id} on $(hostname)"`) }),
      );
      // Written to the store first, then sent to the master.
      client.launch(placement.offers, tasks);
    }
    // An offer belongs to this framework until it is answered: give back what is of no use.
    client.decline(unused);
    // With nothing left to launch, further offers would only be kept from others.
    if (waiting().length === 0) client.suppress();
  }

  /** Looks at every task; the one whose end is being told right now counts as well. */
  function check(now?: { id: string; state: mesos.v1.TaskState }): void {
    const stateOfTask = (id: string) => (id === now?.id ? now.state : client.tasks.get(id)?.status?.state);
    const states = ids.map(stateOfTask);
    if (!states.every((state) => state !== undefined && isTerminal(state))) return;
    done({ finished: states.filter((state) => state === mesos.v1.TaskState.TASK_FINISHED).length, wanted });
  }

  return {
    // Comes after every (re)connection. After a restart all may be done already.
    subscribed: () => check(),
    offers: launch,
    // When this returns the update is stored and acknowledged; if it threw, the agent would send it again.
    status: ({ taskId, state }) => check({ id: taskId.value, state }),
  };
}
