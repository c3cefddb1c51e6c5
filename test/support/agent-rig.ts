import { Agent } from '../../agent/agent.js';
import type { Prober } from '../../agent/executor/checks/prober.js';
import type { AgentOptions } from '../../agent/ports.js';
import { fixedDetector } from '../../common/coordination/detector.js';
import type { Dialer, Link, Receiver } from '../../common/link.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { type Random, seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import {
  type AgentMessage,
  type FrameworkInfo,
  type MasterMessage,
  mesos,
  type StatusUpdate,
  type TaskInfo,
} from '../../proto/index.js';
import { FakeContainerizer, FakeHost } from './fake-containerizer.js';
import { FakeProber } from './fake-prober.js';

const { TaskState } = mesos.v1;

/** Resources and host of the agent under test. */
export const AGENT_INFO = {
  hostname: 'host1',
  port: 5051,
  resources: [{ name: 'cpus', type: mesos.v1.Value.Type.SCALAR, scalar: { value: 4 } }],
};

/** A framework that asks for checkpoints. */
export const FRAMEWORK: FrameworkInfo = { id: { value: 'F' }, name: 'test', user: 'nobody', checkpoint: true };

/** A task that runs `value` in a shell. */
export function commandTask(id: string, value: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return { name: id, taskId: { value: id }, agentId: { value: 'S0' }, command: { value }, ...more };
}

/** The master's end of the link: answers registrations, keeps all it hears, acknowledges if told to. */
export class ScriptedMaster implements Dialer<AgentMessage, MasterMessage> {
  readonly heard: AgentMessage[] = [];
  /** Updates in the order of arrival, repeats included. */
  readonly updates: StatusUpdate[] = [];
  dials = 0;
  /** Whether registrations are answered. */
  answers = true;
  /** Whether it pings every 15 s. */
  pings = true;
  /** Whether updates are acknowledged at once. */
  acknowledges = true;
  readonly #clock: VirtualClock;
  #end: { readonly receiver: Receiver<MasterMessage>; broken: boolean } | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#ping();
  }

  dial(_address: string, receiver: Receiver<MasterMessage>): Link<AgentMessage> {
    this.dials += 1;
    const end = { receiver, broken: false };
    this.#end = end;
    return {
      send: (message) => {
        this.#clock.after(0, () => {
          if (!end.broken) this.#hear(message);
        });
      },
      close: () => {
        this.#clock.after(0, () => {
          if (end.broken) return;
          end.broken = true;
          receiver.closed('closed');
        });
      },
    };
  }

  /** Says something to the agent, in a later turn. */
  say(message: MasterMessage): void {
    const end = this.#end;
    this.#clock.after(0, () => {
      if (end && !end.broken) end.receiver.received(message);
    });
  }

  acknowledge({ frameworkId, status }: StatusUpdate): void {
    this.say({ acknowledge: { frameworkId, taskId: status.taskId, uuid: status.uuid ?? new Uint8Array() } });
  }

  /** Breaks the link. */
  drop(): void {
    const end = this.#end;
    if (!end || end.broken) return;
    end.broken = true;
    end.receiver.closed('broken');
  }

  /** `STARTING`, `RUNNING`, ... of a task, repeats left out. */
  statesOf(task: string): string[] {
    const seen = new Set<string>();
    return this.updatesOf(task)
      .filter(({ status }) => {
        const uuid = Buffer.from(status.uuid ?? []).toString('hex');
        return !seen.has(uuid) && seen.add(uuid);
      })
      .map(({ status }) => (TaskState[status.state] ?? '').replace('TASK_', ''));
  }

  updatesOf(task: string): StatusUpdate[] {
    return this.updates.filter(({ status }) => status.taskId.value === task);
  }

  /** The last status of a task. */
  lastOf(task: string): StatusUpdate['status'] | undefined {
    return this.updatesOf(task).at(-1)?.status;
  }

  #ping(): void {
    this.#clock.after(15_000, () => {
      if (this.pings) this.say({ ping: { connected: true } });
      this.#ping();
    });
  }

  #hear(message: AgentMessage): void {
    this.heard.push(message);
    if (message.register && this.answers) this.say({ registered: { agentId: { value: 'S0' }, pingTimeoutMs: 75_000 } });
    if (message.reregister && this.answers) {
      this.say({ reregistered: { agentId: { value: 'S0' }, pingTimeoutMs: 75_000 } });
    }
    if (!message.update) return;
    this.updates.push(message.update);
    if (this.acknowledges) this.acknowledge(message.update);
  }
}

/** One machine with its disk, its processes, and agents that come and go on it. */
export class AgentRig {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly host: FakeHost;
  readonly master: ScriptedMaster;
  readonly fatal: string[] = [];
  readonly exits: string[] = [];
  readonly endedSandboxes: string[] = [];
  prober: Prober;
  settings: Partial<AgentOptions>;
  bootId = 'boot-1';
  store: MemoryStore;
  agent: Agent;
  /** What `ready` was last called with. */
  outcome: 'recovering' | 'ready' | Error = 'recovering';
  #containerizer: FakeContainerizer;

  constructor(settings: Partial<AgentOptions> = {}, host?: (clock: VirtualClock) => FakeHost, seed = 1) {
    this.random = seededRandom(seed);
    this.settings = settings;
    this.host = host?.(this.clock) ?? new FakeHost(this.clock);
    this.prober = new FakeProber(this.clock);
    this.master = new ScriptedMaster(this.clock);
    this.store = new MemoryStore(this.clock);
    this.#containerizer = new FakeContainerizer(this.host);
    this.agent = this.#create();
  }

  /** Starts the agent and lets it register. */
  start(): this {
    this.agent.start((error) => {
      this.outcome = error ?? 'ready';
    });
    this.clock.advance(2_000);
    return this;
  }

  /** SIGKILL: what was not flushed is lost, or by chance part of it survives. */
  kill(): void {
    this.agent.stop();
    this.#containerizer.detach();
    this.store = this.store.crash(this.random);
  }

  /** Another agent on the same machine and disk. */
  restart(settings: Partial<AgentOptions> = this.settings): this {
    this.settings = settings;
    this.outcome = 'recovering';
    this.#containerizer = new FakeContainerizer(this.host);
    this.agent = this.#create();
    return this.start();
  }

  run(task: TaskInfo, framework = FRAMEWORK): void {
    this.master.say({ runTask: { framework, task, ...(task.executor && { executor: task.executor }) } });
  }

  #create(): Agent {
    return new Agent(
      {
        clock: this.clock,
        random: this.random,
        logger: silentLogger,
        store: this.store,
        detector: fixedDetector('master:5050', this.clock),
        dialer: this.master,
        containerizer: this.#containerizer,
        prober: this.prober,
        fatal: (message) => this.fatal.push(message),
        exit: (reason) => this.exits.push(reason),
        sandboxEnded: (directory) => this.endedSandboxes.push(directory),
      },
      { info: AGENT_INFO, ip: '127.0.0.1', workDir: '/w', version: '0.1.0', bootId: this.bootId, ...this.settings },
    );
  }
}
