import fc from 'fast-check';
import { describe, it } from 'vitest';
import { mesos, type Task } from '../proto/index.js';
import { checkBooks, checkFit } from '../test/support/master-books.js';
import { MasterRig } from '../test/support/master-rig.js';
import type { ScriptedAgent } from '../test/support/scripted-agent.js';
import { commandTask, frameworkInfo, type ScriptedScheduler, scalar } from '../test/support/scripted-scheduler.js';

const State = mesos.v1.TaskState;
const { KILL, RECONCILE, REVIVE, SUPPRESS, TEARDOWN } = mesos.v1.scheduler.Call.Type;

/** What the agents and schedulers of one run do; numbers choose among what there is. */
const step = fc.record({
  act: fc.constantFrom(
    ...['launch', 'launch', 'launch', 'launch', 'executor', 'executor', 'decline', 'run', 'finish', 'acknowledge'],
    ...['hang up', 'return', 'return', 'hang up', 'return', 'return', 'silence', 'failover', 'resubscribe', 'leave'],
    ...['teardown', 'kill', 'reconcile', 'revive', 'revive', 'suppress', 'wait', 'wait', 'stale', 'exit'],
  ),
  pick: fc.nat(1_000),
});

describe('the master', () => {
  it('never loses a resource and never gives one out twice, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        const world = new World();
        for (const { act, pick } of steps) {
          world.act(act, pick);
          checkBooks(world.rig.master);
          checkFit(world.rig.master);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** A cluster of two agents that remember what they run and two schedulers, one of which checkpoints. */
class World {
  readonly rig = new MasterRig();
  readonly agents = [this.rig.registeredAgent('host1'), this.rig.registeredAgent('host2')];
  readonly running = new Map<ScriptedAgent, Map<string, Task>>(this.agents.map((agent) => [agent, new Map()]));
  #tasks = 0;
  #schedulers = 0;
  schedulers: ScriptedScheduler[] = [this.#scheduler(), this.#scheduler()];

  act(act: string, pick: number): void {
    const agent = this.agents[pick % 2] as ScriptedAgent;
    const at = (pick >> 1) % 2;
    const scheduler = this.schedulers[at] as ScriptedScheduler;
    const tasks = [...(this.running.get(agent)?.values() ?? [])];
    const task = tasks[(pick >> 2) % Math.max(1, tasks.length)];
    switch (act) {
      case 'launch':
      case 'executor':
        for (const each of this.schedulers) this.#launch(each, act === 'executor');
        break;
      case 'stale':
        scheduler.launch([{ id: { value: 'stale' } } as never], commandTask('stale', agent.id));
        break;
      case 'decline':
        scheduler.decline(scheduler.takeOffers(), pick % 3);
        break;
      case 'run':
        if (task) this.#report(agent, task, State.TASK_RUNNING);
        break;
      case 'finish':
        if (task) this.#report(agent, task, State.TASK_FINISHED);
        break;
      case 'acknowledge':
        this.#acknowledgeAll(scheduler);
        break;
      case 'hang up':
        agent.hangUp();
        break;
      case 'return':
        agent.answers = true;
        this.#return(agent);
        break;
      case 'silence':
        agent.answers = false;
        break;
      case 'failover':
        this.rig.failover();
        this.schedulers = this.schedulers.map(({ id }) => this.#scheduler(id));
        break;
      case 'resubscribe':
        this.schedulers[at] = this.#scheduler(scheduler.id);
        break;
      case 'leave':
        scheduler.hangUp();
        this.rig.clock.advance(pick * 100);
        this.schedulers[at] = this.#scheduler(scheduler.id);
        break;
      case 'teardown':
        scheduler.call({ type: TEARDOWN });
        this.schedulers[at] = this.#scheduler();
        break;
      case 'kill':
        if (task) scheduler.call({ type: KILL, kill: { taskId: task.taskId } });
        break;
      case 'reconcile':
        scheduler.call({ type: RECONCILE, reconcile: { tasks: [] } });
        break;
      case 'revive':
        scheduler.call({ type: REVIVE });
        break;
      case 'suppress':
        scheduler.call({ type: SUPPRESS });
        break;
      case 'exit':
        for (const { executorId, frameworkId } of tasks) {
          if (executorId) agent.send({ executorExited: { frameworkId, executorId } });
        }
        break;
      default:
        this.rig.clock.advance(pick * 200);
    }
    this.#collect();
  }

  #scheduler(id?: string): ScriptedScheduler {
    const checkpoint = this.#schedulers++ % 2 === 0;
    const info = frameworkInfo({ checkpoint, ...(id && { id: { value: id } }) });
    const scheduler = this.rig.scheduler().subscribe(info);
    return scheduler.id ? scheduler : this.rig.scheduler().subscribe();
  }

  #launch(scheduler: ScriptedScheduler, withExecutor: boolean): void {
    const [offer] = scheduler.takeOffers();
    if (!offer) return;
    const id = `t${this.#tasks++}`;
    const resources = [scalar('cpus', 0.1)];
    const executor = { executorId: { value: `e${this.#tasks % 3}` }, command: { value: 'run' }, resources };
    const more = withExecutor ? { command: null, executor } : {};
    scheduler.launch([offer], commandTask(id, offer.agentId.value, more));
  }

  /** Agents start what they are sent and forget what was acknowledged at its end. */
  #collect(): void {
    for (const agent of this.agents) {
      const running = this.running.get(agent);
      for (const { runTask, acknowledge, shutdownFramework } of agent.messages.splice(0)) {
        if (runTask) {
          const { task, framework, executor } = runTask;
          running?.set(task.taskId.value, {
            name: task.name,
            taskId: task.taskId,
            frameworkId: framework.id ?? { value: '' },
            agentId: task.agentId,
            ...(executor && { executorId: executor.executorId }),
            state: State.TASK_STAGING,
            resources: task.resources ?? [],
            statuses: [],
          });
        }
        const ended = acknowledge && running?.get(acknowledge.taskId.value)?.state === State.TASK_FINISHED;
        if (ended) running?.delete(acknowledge.taskId.value);
        for (const [id, task] of running ?? []) {
          if (task.frameworkId.value === shutdownFramework?.frameworkId.value) running?.delete(id);
        }
      }
    }
  }

  #report(agent: ScriptedAgent, task: Task, state: mesos.v1.TaskState): void {
    if (task.state === State.TASK_FINISHED && state !== State.TASK_FINISHED) return;
    task.state = state;
    agent.update(task.frameworkId.value, task.taskId.value, state);
  }

  #acknowledgeAll(scheduler: ScriptedScheduler): void {
    const statuses = scheduler.events.flatMap(({ update }) => update?.status ?? []);
    scheduler.events = scheduler.events.filter(({ update }) => !update);
    for (const status of statuses) if (status.uuid?.length && status.agentId) scheduler.acknowledge(status);
  }

  /** One in three tasks has been lost on the way. */
  #return(agent: ScriptedAgent): void {
    const running = this.running.get(agent);
    for (const [id] of [...(running ?? [])]) if (Number(id.slice(1)) % 3 === 0) running?.delete(id);
    const tasks = [...(running?.values() ?? [])];
    const ids = [...new Set(tasks.map(({ frameworkId }) => frameworkId.value))];
    agent.reregister({ frameworks: ids.map((id) => frameworkInfo({ id: { value: id } })), tasks });
  }
}
