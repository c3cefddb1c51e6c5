import type {
  ContainerExit,
  Containerizer,
  ContainerSpec,
  LaunchFailure,
  RecoveredContainer,
} from '../../agent/containerizer/containerizer.js';
import type { Clock, Timer } from '../../common/runtime/clock.js';

/** What a program does: how long it runs unless signalled, how it ends then, and whether SIGTERM ends it. */
export interface Script {
  /** Absent: until signalled. */
  readonly runMs?: number;
  /** Default: exits with 0. */
  readonly exit?: ContainerExit;
  /** Default false. */
  readonly ignoresTerm?: boolean;
  /** Fails the launch instead of running. */
  readonly launchFailure?: LaunchFailure;
}

/** How long the host takes, in milliseconds. */
interface HostDelays {
  /** From `launch` until the process exists. */
  readonly startMs: () => number;
  /** From there until the launcher is told, and from an exit until it is. */
  readonly reportMs: () => number;
}

interface Process {
  readonly spec: ContainerSpec;
  readonly pid: number;
  readonly script: Script;
  timer: Timer | undefined;
  exit: ContainerExit | undefined;
}

const SIGKILL = 9;
const SIGTERM = 15;

/**
 * A machine that outlives its agents: what was launched on it goes on while no agent runs. Each agent gets a
 * `FakeContainerizer` on it. Programs are scripted by `script`, by default from their command line: steps between `;`
 * that are `sleep <seconds>`, `exit <code>`, `kill -<signal> $$`, `trap "" TERM`, `true`, `false` or `echo`.
 */
export class FakeHost {
  readonly clock: Clock;
  readonly script: (spec: ContainerSpec) => Script;
  readonly delays: HostDelays;
  /** How often a process was started, by container id: more than once is a double run. */
  readonly starts = new Map<string, number>();
  /** The same by MESOS_FRAMEWORK_ID/MESOS_TASK_ID, for tasks of built-in executors. */
  readonly taskStarts = new Map<string, number>();
  /** How processes really ended, by container id. */
  readonly exits = new Map<string, ContainerExit>();
  /** Every signal that reached a process, in order. */
  readonly signals: { readonly containerId: string; readonly signal: number }[] = [];
  readonly #processes = new Map<string, Process>();
  readonly #destroyed = new Set<string>();
  #nextPid = 1000;
  #listener: ((containerId: string, exit: ContainerExit) => void) | undefined;

  constructor(
    clock: Clock,
    script: (spec: ContainerSpec) => Script = scriptOf,
    delays: HostDelays = { startMs: () => 0, reportMs: () => 0 },
  ) {
    this.clock = clock;
    this.script = script;
    this.delays = delays;
  }

  /** Container ids of live processes. */
  get running(): string[] {
    return [...this.#processes.values()].filter(({ exit }) => !exit).map(({ spec }) => spec.containerId);
  }

  /** What a container was launched with; undefined when its process was never started or is forgotten. */
  specOf(containerId: string): ContainerSpec | undefined {
    return this.#processes.get(containerId)?.spec;
  }

  /** What is started under `spec`'s id from now on counts as started. Returns the process, or why there is none. */
  start(spec: ContainerSpec): { pid: number } | LaunchFailure {
    const known = this.#processes.get(spec.containerId);
    if (known) return { pid: known.pid };
    if (this.#destroyed.has(spec.containerId)) return { phase: 'destroyed', message: 'Container was destroyed' };
    const script = this.script(spec);
    if (script.launchFailure) return script.launchFailure;
    const process: Process = { spec, script, pid: this.#nextPid++, timer: undefined, exit: undefined };
    this.#processes.set(spec.containerId, process);
    count(this.starts, spec.containerId);
    const { MESOS_FRAMEWORK_ID: framework, MESOS_TASK_ID: task } = spec.environment;
    if (task !== undefined) count(this.taskStarts, `${framework}/${task}`);
    if (script.runMs !== undefined) {
      process.timer = this.clock.after(script.runMs, () =>
        this.#end(process, script.exit ?? { kind: 'exited', code: 0 }),
      );
    }
    return { pid: process.pid };
  }

  signal(containerId: string, signal: number): void {
    const process = this.#processes.get(containerId);
    if (!process || process.exit) return;
    this.signals.push({ containerId, signal });
    if (signal === SIGTERM && process.script.ignoresTerm) return;
    if (signal === SIGTERM || signal === SIGKILL) this.#end(process, { kind: 'signaled', signal });
  }

  destroy(containerId: string): void {
    this.#destroyed.add(containerId);
    this.signal(containerId, SIGKILL);
  }

  /** Ends a program from outside its script, e.g. a custom executor that crashes. */
  end(containerId: string, exit: ContainerExit): void {
    const process = this.#processes.get(containerId);
    if (process && !process.exit) this.#end(process, exit);
  }

  /** The spawner dies, and with it what only it knew: how processes ended that have ended or will. Processes go on. */
  loseExits(): void {
    for (const process of this.#processes.values()) {
      process.exit = process.exit && { kind: 'unknown' };
      process.timer?.cancel();
      const { runMs } = process.script;
      if (!process.exit && runMs !== undefined)
        process.timer = this.clock.after(runMs, () => this.#end(process, { kind: 'unknown' }));
    }
  }

  /** Power goes off and on: every process is gone, and nobody knows how those ended that still ran. */
  reboot(): void {
    for (const process of this.#processes.values()) {
      process.timer?.cancel();
      process.exit ??= { kind: 'unknown' };
    }
  }

  /** The agent that is told of exits; the one before hears no more. */
  listen(listener: ((containerId: string, exit: ContainerExit) => void) | undefined): void {
    this.#listener = listener;
  }

  recover(known: readonly string[]): Map<string, RecoveredContainer> {
    const wanted = new Set(known);
    for (const containerId of [...this.#processes.keys()]) {
      if (wanted.has(containerId)) continue;
      this.destroy(containerId);
      this.forget(containerId);
    }
    return new Map(known.map((containerId) => [containerId, this.#found(containerId)]));
  }

  forget(containerId: string): void {
    if (this.#processes.get(containerId)?.exit) this.#processes.delete(containerId);
  }

  #found(containerId: string): RecoveredContainer {
    const process = this.#processes.get(containerId);
    if (!process) return { state: 'never-started' };
    return process.exit ? { state: 'exited', exit: process.exit } : { state: 'running', pid: process.pid };
  }

  #end(process: Process, exit: ContainerExit): void {
    process.timer?.cancel();
    process.exit = exit;
    this.exits.set(process.spec.containerId, exit);
    const listener = this.#listener;
    this.clock.after(this.delays.reportMs(), () => {
      if (this.#listener === listener) listener?.(process.spec.containerId, exit);
    });
  }
}

/** The in-memory twin of the containerizer: one agent's view of a `FakeHost`. */
export class FakeContainerizer implements Containerizer {
  readonly #host: FakeHost;
  /** Launches on their way to the host. */
  readonly #underWay = new Set<ContainerSpec>();
  #attached = true;

  constructor(host: FakeHost) {
    this.#host = host;
  }

  launch(spec: ContainerSpec, started: (outcome: { pid: number } | LaunchFailure) => void): void {
    const { clock, delays } = this.#host;
    this.#underWay.add(spec);
    clock.after(delays.startMs(), () => {
      if (!this.#attached) return;
      this.#underWay.delete(spec);
      const outcome = this.#host.start(spec);
      clock.after(delays.reportMs(), () => {
        if (this.#attached) started(outcome);
      });
    });
  }

  signal(containerId: string, signal: number): void {
    if (this.#attached) this.#host.signal(containerId, signal);
  }

  destroy(containerId: string): void {
    if (this.#attached) this.#host.destroy(containerId);
  }

  onExit(listener: (containerId: string, exit: ContainerExit) => void): void {
    this.#host.listen(listener);
  }

  recover(known: readonly string[], done: (found: ReadonlyMap<string, RecoveredContainer>) => void): void {
    this.#host.clock.after(this.#host.delays.reportMs(), () => {
      if (!this.#attached) return;
      const found = this.#host.recover(known);
      done(found);
    });
  }

  forget(containerId: string): void {
    if (this.#attached) this.#host.forget(containerId);
  }

  /**
   * The agent is dead: nothing of this view does anything any more. Its host goes on. `arrives`: whether a launch that
   * was on its way had reached the host.
   */
  detach(arrives: () => boolean = () => false): void {
    if (!this.#attached) return;
    this.#attached = false;
    for (const spec of this.#underWay) if (arrives()) this.#host.start(spec);
    this.#host.listen(undefined);
  }
}

/** The script of a command as a shell would run it, as far as a few words go; whatever else is taken as instant success. */
export function scriptOf({ command }: ContainerSpec): Script {
  let runMs = 0;
  let ignoresTerm = false;
  for (const step of (command.value ?? '').split(/;|&&/).map((text) => text.trim())) {
    const [word, argument = ''] = step.split(/\s+/);
    if (word === 'sleep') runMs += Number(argument) * 1000;
    else if (word === 'trap') ignoresTerm = true;
    else if (word === 'exit') return { runMs, ignoresTerm, exit: { kind: 'exited', code: Number(argument) } };
    else if (word === 'false') return { runMs, ignoresTerm, exit: { kind: 'exited', code: 1 } };
    else if (word === 'kill')
      return { runMs, ignoresTerm, exit: { kind: 'signaled', signal: Number(argument.slice(1)) } };
  }
  return { runMs, ignoresTerm };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
