import type { Receiver } from '../../common/link.js';
import type {
  AgentInfo,
  AgentMessage,
  ExecutorInfo,
  FrameworkInfo,
  MasterMessage,
  mesos,
  Resource,
  Task,
  TaskStatus,
} from '../../proto/index.js';
import type { MasterRig } from './master-rig.js';

/** The far end of an agent's link to the master: the test says what the agent sends and reads what it gets. */
export class ScriptedAgent {
  readonly hostname: string;
  id = '';
  /** All that the master sent over the newest link, pings left out. */
  messages: MasterMessage[] = [];
  pings = 0;
  /** Whether pings are answered. */
  answers = true;
  closed = false;
  info: AgentInfo;
  /** What it says others reach it by. */
  ip: string | null = null;
  readonly #rig: MasterRig;
  #receiver: Receiver<AgentMessage> | undefined;

  constructor(rig: MasterRig, hostname: string) {
    this.#rig = rig;
    this.hostname = hostname;
    this.info = { hostname };
  }

  /** Registers with these resources and waits for the id. */
  register(resources: readonly Resource[]): void {
    this.info = { hostname: this.hostname, port: 5051, resources: [...resources] };
    this.dial();
    this.send({ register: { agent: this.info, capabilities: [], version: '1.0.0', ip: this.ip } });
    this.id = this.take('registered').agentId.value;
    this.info = { ...this.info, id: { value: this.id } };
  }

  /** Dials anew and re-registers, reporting these. */
  reregister(
    report: { frameworks?: FrameworkInfo[]; tasks?: Task[]; executors?: [string, ExecutorInfo][] } = {},
  ): void {
    this.dial();
    const { frameworks = [], tasks = [] } = report;
    const executors = (report.executors ?? []).map(([id, executor]) => ({ frameworkId: { value: id }, executor }));
    const { info, ip } = this;
    this.send({ reregister: { agent: info, capabilities: [], version: '1.0.0', frameworks, tasks, executors, ip } });
  }

  /** Opens a link; an older one is forgotten, not closed. */
  dial(): void {
    this.closed = false;
    this.messages = [];
    const mine = () => this.#receiver === receiver;
    const receiver = this.#rig.master.agentConnected({
      send: (message) => mine() && this.#received(message),
      close: () => {
        this.#rig.clock.after(0, () => receiver.closed('closed by the master'));
        if (mine()) this.closed = true;
      },
    });
    this.#receiver = receiver;
  }

  send(message: AgentMessage): void {
    this.#receiver?.received(message);
    this.#rig.settle();
  }

  /** The link breaks. */
  hangUp(): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.closed('broken');
    this.#rig.settle();
  }

  /** Says how a task is; a status from an agent carries a uuid. */
  update(frameworkId: string, taskId: string, state: mesos.v1.TaskState, more: Partial<TaskStatus> = {}): void {
    const uuid = new Uint8Array(16).fill(state + 1);
    const status = { taskId: { value: taskId }, agentId: { value: this.id }, state, source: 2, uuid, ...more };
    this.send({ update: { frameworkId: { value: frameworkId }, status, latestState: state } });
  }

  /** The oldest message of the kind, taken from the list; throws when there is none. */
  take<Kind extends keyof MasterMessage>(kind: Kind): NonNullable<MasterMessage[Kind]> {
    const at = this.messages.findIndex((message) => message[kind] != null);
    const [message] = at < 0 ? [] : this.messages.splice(at, 1);
    const content = message?.[kind];
    if (content == null) throw new Error(`Cannot take ${kind}: got ${JSON.stringify(this.messages)}`);
    return content;
  }

  #received(message: MasterMessage): void {
    if (!message.ping) {
      this.messages.push(message);
      return;
    }
    this.pings++;
    if (this.answers) this.#rig.clock.after(1, () => this.#receiver?.received({ pong: {} }));
  }
}
