import { type CallOutcome, refused } from '../common/call-outcome.js';
import { type AgentId, executorId, type FrameworkId, frameworkId, taskId } from '../common/ids.js';
import type { Link } from '../common/link.js';
import type { AgentInfo, ExecutorCall, ExecutorEvent, MasterMessage } from '../proto/index.js';
import { agentRecord } from './checkpoint/records.js';
import { recover } from './checkpoint/recovery.js';
import { Core } from './core.js';
import { executorEnvironment, taskEnvironment, userOf } from './executor/environment.js';
import { ExecutorApi } from './executor/executor-api.js';
import { Executors } from './executor/executors.js';
import { guardPorts } from './guarded-ports.js';
import { AGENT_DEFAULTS, type AgentOptions, type AgentPorts, type AgentSettings } from './ports.js';
import { Departure } from './registration/departure.js';
import { greetingOf } from './registration/greeting.js';
import { Registration } from './registration/registration.js';
import type { Counters } from './tasks/counters.js';
import { killTask } from './tasks/kill-task.js';
import type { ExecutorRow, FrameworkRow, TaskRow } from './tasks/rows.js';
import { runTask, runTaskGroup } from './tasks/run-task.js';
import { shutdownFramework } from './tasks/shutdown-framework.js';
import { updateFramework } from './tasks/update-framework.js';

/** Where the agent stands with its master. */
export type AgentStanding = 'recovering' | 'detecting' | 'registering' | 'registered' | 'stopped';

/**
 * The agent's core: synchronous and deterministic; see the ports for what it needs of the world. Tables and rows are for
 * reading only.
 */
export class Agent {
  readonly options: AgentOptions;
  readonly #core: Core;
  readonly #executors: Executors;
  readonly #registration: Registration;
  readonly #executorApi: ExecutorApi;
  readonly #departure: Departure;
  #life: 'recovering' | 'recovered' | 'stopped' = 'recovering';

  constructor(ports: AgentPorts, settings: AgentSettings) {
    this.options = Object.freeze({ ...AGENT_DEFAULTS, ...settings });
    const guarded = guardPorts(ports, () => this.#life !== 'stopped');
    const fatal = (message: string) => {
      guarded.fatal(message);
      this.stop();
    };
    this.#core = new Core({ ...guarded, fatal }, this.options);
    this.#executors = new Executors(this.#core);
    this.#executorApi = new ExecutorApi(this.#core, this.#executors.custom);
    this.#registration = new Registration(
      { ...guarded, backoffMs: this.options.registrationBackoffMs },
      {
        greeting: () => greetingOf(this.#core),
        received: (message) => this.#received(message),
        lost: () => this.#core.updates.pause(),
      },
    );
    this.#departure = new Departure(this.#core, this.#executors, this.#registration);
    this.#core.send = (message) => this.#registration.send(message);
    this.#core.events = {
      taskEnded: (task) => this.#executors.taskEnded(task),
      taskRemoved: (task) => this.#executors.taskRemoved(task),
      frameworkEnded: () => this.#departure.proceed(),
    };
    guarded.containerizer.onExit((id, exit) => this.#executors.exited(id, exit));
  }

  /**
   * Recovers from the checkpoints, then seeks a master. `ready` is called once: with an error when recovery failed and
   * the agent must not run, otherwise when the tables are complete and the API may be served (503 before that).
   */
  start(ready: (error?: Error) => void): void {
    recover(this.#core, this.#executors, (error) => {
      if (!error) this.#life = 'recovered';
      ready(error);
      if (this.#life === 'recovered' && this.options.recover === 'reconnect') this.#registration.start();
    });
  }

  /** Stops at once, as if killed: no callback does anything any more, containers go on. Idempotent. */
  stop(): void {
    if (this.#life === 'stopped') return;
    this.#registration.stop();
    this.#life = 'stopped';
  }

  /** A SUBSCRIBE call of an executor; when accepted, events go to `link` until a newer one or `executorDisconnected`. */
  executorSubscribe(call: ExecutorCall, link: Link<ExecutorEvent>, token?: string): CallOutcome {
    return this.#notReady() ?? this.#executorApi.subscribe(call, link, token);
  }

  /** Any other call of an executor. `token`: what followed `Bearer ` in its Authorization header. */
  executorCall(call: ExecutorCall, token?: string): CallOutcome {
    return this.#notReady() ?? this.#executorApi.call(call, token);
  }

  /** The connection that `link` wrote to is gone. */
  executorDisconnected(link: Link<ExecutorEvent>): void {
    if (this.#life !== 'stopped') this.#executors.custom.disconnected(link);
  }

  /** Where the agent stands with its master. */
  get standing(): AgentStanding {
    if (this.#life !== 'recovered') return this.#life;
    const { kind } = this.#registration;
    if (kind === 'registered' || kind === 'registering' || kind === 'stopped') return kind;
    return kind === 'idle' ? 'detecting' : 'registering';
  }

  /** Absent until the first registration. */
  get id(): AgentId | undefined {
    return this.#core.info.id ? this.#core.agentId : undefined;
  }

  /** What the agent registered with, its id included once it has one. */
  get info(): AgentInfo {
    return this.#core.info;
  }

  /** Frameworks with something on this agent. */
  get frameworks(): ReadonlyMap<FrameworkId, FrameworkRow> {
    return this.#core.tables.frameworks;
  }

  /** The last frameworks that have nothing here any more, oldest first. */
  get completedFrameworks(): readonly FrameworkRow[] {
    return this.#core.tables.completedFrameworks;
  }

  /** Counts of what happened since the start. */
  get counters(): Counters {
    return this.#core.counters;
  }

  /** Sandboxes that must not be removed. */
  liveSandboxes(): string[] {
    return [...this.#core.tables.executors()].map(({ directory }) => directory);
  }

  /** How a command beside a task or a custom executor is run: the same environment, the same user (absent: the agent's). */
  commandContext(row: TaskRow | ExecutorRow): { environment: Readonly<Record<string, string>>; user?: string } {
    const isTask = 'executor' in row;
    const executor = isTask ? row.executor : row;
    const environment = isTask ? taskEnvironment(this.#core, row) : executorEnvironment(this.#core, row);
    const user = userOf(this.#core, executor, (isTask ? row.info.command : undefined) ?? executor.info.command);
    return { environment, ...(user === undefined ? {} : { user }) };
  }

  /** Ends every task, unregisters and tells `exit`: for an operator who takes the machine out of the cluster. */
  leave(reason: string): void {
    if (this.#life === 'recovered') this.#departure.begin(reason);
    else this.#core.ports.exit(reason);
  }

  #notReady(): CallOutcome | undefined {
    return this.#life === 'recovered' ? undefined : refused(503, 'Agent has not finished recovery');
  }

  #received(message: MasterMessage): void {
    const core = this.#core;
    if (message.registered) this.#registered(message.registered.agentId.value, message.registered.pingTimeoutMs);
    else if (message.reregistered) {
      this.#registered(message.reregistered.agentId.value, message.reregistered.pingTimeoutMs);
    } else if (message.refused) core.ports.fatal(`The master refused this agent: ${message.refused.message}`);
    else if (!core.info.id) core.log.warn('Ignoring a message that came before the registration');
    else if (this.#departure.underWay && (message.runTask || message.runTaskGroup)) {
      core.log.warn('Ignoring a launch: the agent is leaving'); // the master learns of it when the agent unregisters
    } else if (message.runTask) runTask(core, this.#executors, message.runTask);
    else if (message.runTaskGroup) runTaskGroup(core, this.#executors, message.runTaskGroup);
    else if (message.killTask) killTask(core, this.#executors, message.killTask);
    else if (message.acknowledge) {
      const { frameworkId: framework, taskId: task, uuid } = message.acknowledge;
      core.updates.acknowledge(frameworkId(framework.value), taskId(task.value), uuid);
    } else if (message.frameworkMessage) {
      const { frameworkId: framework, executorId: id, data } = message.frameworkMessage;
      const executor = core.tables.executor(frameworkId(framework.value), executorId(id.value));
      if (executor) this.#executors.custom.message(executor, data);
    } else if (message.shutdownExecutor) {
      const { frameworkId: framework, executorId: id } = message.shutdownExecutor;
      const executor = core.tables.executor(frameworkId(framework.value), executorId(id.value));
      if (executor) this.#executors.shutdown(executor);
    } else if (message.shutdownFramework) {
      const framework = core.tables.frameworks.get(frameworkId(message.shutdownFramework.frameworkId.value));
      if (framework) shutdownFramework(core, this.#executors, framework);
    } else if (message.updateFramework) updateFramework(core, message.updateFramework.framework);
    else if (message.shutdownAgent)
      this.#departure.begin(`Told by the master to shut down: ${message.shutdownAgent.message}`);
  }

  /** The id counts once it is on disk; what the master sends meanwhile is written behind it. */
  #registered(id: string, pingTimeoutMs: number): void {
    const core = this.#core;
    const known = core.info.id?.value;
    if (known !== undefined && known !== id) {
      core.ports.fatal(`The master registered this agent as ${id}, but it is ${known}`);
      return;
    }
    core.info = { ...core.info, id: { value: id } };
    this.#registration.registered(pingTimeoutMs);
    core.log.info('Registered', { agent: id });
    const resume = () => {
      if (this.#registration.kind === 'registered') core.updates.resume();
    };
    if (known !== undefined) resume();
    else core.commit(true, [agentRecord(core.info, this.options.bootId)], resume);
  }
}
