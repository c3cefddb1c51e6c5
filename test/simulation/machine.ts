import { Agent } from '../../agent/agent.js';
import type { Containerizer, ContainerSpec } from '../../agent/containerizer/containerizer.js';
import { fixedDetector } from '../../common/coordination/detector.js';
import { agentEndOfAgentLink } from '../../common/net/link-methods.js';
import { Resources } from '../../common/resources/resources.js';
import type { Clock } from '../../common/runtime/clock.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Random } from '../../common/runtime/random.js';
import type { Store } from '../../common/store/store.js';
import { type AgentInfo, mesos, type Resource } from '../../proto/index.js';
import { FakeContainerizer, FakeHost, type Script } from '../support/fake-containerizer.js';
import { FakeProber } from '../support/fake-prober.js';
import { Daemon, type DaemonPorts } from './daemon.js';
import type { Place } from './network.js';

const { SCALAR, RANGES } = mesos.v1.Value.Type;

/** What each machine has. */
const RESOURCES: readonly Resource[] = [
  { name: 'cpus', type: SCALAR, scalar: { value: 8 } },
  { name: 'mem', type: SCALAR, scalar: { value: 8192 } },
  { name: 'disk', type: SCALAR, scalar: { value: 16_384 } },
  { name: 'ports', type: RANGES, ranges: { range: [{ begin: 31_000, end: 31_099 }] } },
];

/** What a machine asks of the run. */
export interface MachinePorts extends DaemonPorts {
  readonly master: string;
  readonly logger: Logger;
  /** What the program of a container does; asked when it starts. */
  script(machine: Machine, spec: ContainerSpec): Script;
  /** Put between an agent and its containerizer: where a defect is planted. */
  containerizer?(inner: Containerizer): Containerizer;
  /** The same for its store. */
  agentStore?(inner: Store, clock: Clock): Store;
}

/** A machine of the cluster: its processes, its disk, and agents that come and go on it. */
export class Machine {
  readonly name: string;
  readonly total = Resources.fromWire(RESOURCES);
  readonly host: FakeHost;
  readonly daemon: Daemon;
  agent: Agent | undefined;
  readonly #ports: MachinePorts;
  readonly #random: Random;
  #boots = 1;

  constructor(name: string, ports: MachinePorts) {
    const random = ports.randomFor(`processes of ${name}`);
    const delays = { startMs: () => random.next() * 20, reportMs: () => random.next() * 5 };
    this.name = name;
    this.#ports = ports;
    this.#random = random;
    this.host = new FakeHost(ports.clock, (spec) => ports.script(this, spec), delays);
    this.daemon = new Daemon(name, ports, (place, store) => this.#boot(place, store));
  }

  /** Power goes off, and on again after `downMs`. */
  reboot(downMs: number): void {
    this.#boots += 1;
    this.daemon.kill('the host reboots', downMs, true);
    this.host.reboot();
  }

  #boot({ host, life }: Place, store: Store): void {
    const { clock } = life;
    const fake = new FakeContainerizer(this.host);
    life.onDeath(() => fake.detach(() => this.#random.next() < 0.5));
    const end = (why: string) => this.daemon.kill(why, 2_000);
    const agent = new Agent(
      {
        clock,
        random: this.#ports.randomFor(`${host}, start ${this.daemon.starts}`),
        logger: this.#ports.logger.child({ at: host }),
        store: this.#ports.agentStore?.(store, clock) ?? store,
        detector: fixedDetector(this.#ports.master, clock),
        dialer: this.#ports.network.dialer({ host, life }, agentEndOfAgentLink),
        containerizer: this.#ports.containerizer?.(fake) ?? fake,
        prober: new FakeProber(clock),
        fatal: end,
        exit: end,
        sandboxEnded: () => {},
      },
      { info: infoOf(host), ip: '127.0.0.1', workDir: '/w', version: '0.1.0', bootId: `boot-${this.#boots}` },
    );
    this.agent = agent;
    agent.start((error) => {
      if (error) end(`recovery failed: ${error.message}`);
    });
  }
}

function infoOf(hostname: string): AgentInfo {
  return { hostname, port: 5051, resources: [...RESOURCES] };
}
