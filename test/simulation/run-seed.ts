import { leftovers, strayRecords, unsettled, verdicts } from './invariants.js';
import { type Sabotage, World } from './world.js';

/** How long faults go on, and how long a run takes at least. */
const STORM_MS = 6.5 * 60_000;
const LEAST_MS = 10 * 60_000;
/** How long everything may take to settle once nothing goes wrong: an update is repeated after 10 min at the latest. */
const SETTLE_MS = 12 * 60_000;
const LOOK_MS = 5_000;

/** How a run went. */
export interface Outcome {
  readonly seed: number;
  /** What went wrong; undefined: nothing. */
  readonly violation: string | undefined;
  readonly hash: string;
  /** Messages delivered, tasks launched, tasks whose process ran. */
  readonly messages: number;
  readonly tasks: number;
  readonly started: number;
  /** How long it took to settle after the storm, in simulated milliseconds. */
  readonly settledMs: number;
  readonly simulatedMs: number;
  /** The whole trace, or its last `most` lines. */
  print(most?: number): string;
}

export interface RunOptions {
  readonly sabotage?: Sabotage;
  /** What the cores log goes into the trace too. Default false. */
  readonly verbose?: boolean;
}

/**
 * One run: a storm of faults under load, then calm. Everybody must agree on which tasks live; then every task is killed,
 * each must have had one true end, and nothing may be left of any.
 */
export function runSeed(seed: number, { sabotage, verbose }: RunOptions = {}): Outcome {
  const world = new World(seed, sabotage, verbose);
  const { clock, workload, machines } = world;
  world.run(STORM_MS);
  world.faults.stop();
  workload.calm();
  settle(world, 'has not settled', () => unsettled(world));
  const settledMs = clock.nowMs() - STORM_MS;
  workload.killAll();
  settle(world, 'has not been cleaned up', () => unsettled(world) ?? leftovers(world));
  const [problem] = world.violation === undefined ? verdicts(world) : [];
  if (problem !== undefined) world.violated(problem);
  world.run(LOOK_MS);
  for (const { name, daemon } of machines) {
    daemon.disk.read((pairs) => {
      const strays = strayRecords(pairs);
      if (strays.length > 0) world.violated(`the disk of ${name} keeps ${strays.join(', ')}`);
    });
  }
  world.run(Math.max(1_000, LEAST_MS - clock.nowMs()));
  const tasks = [...workload.tasks.values()];
  return {
    seed,
    violation: world.violation,
    hash: world.trace.hash,
    messages: world.network.messages,
    tasks: tasks.length,
    started: tasks.filter(({ starts }) => starts > 0).length,
    settledMs,
    simulatedMs: clock.nowMs(),
    print: (most) => world.trace.print(most),
  };
}

function settle(world: World, what: string, problem: () => string | undefined): void {
  const untilMs = world.clock.nowMs() + SETTLE_MS;
  while (world.violation === undefined) {
    world.run(LOOK_MS);
    const last = problem();
    if (last === undefined) return;
    if (world.clock.nowMs() >= untilMs) world.violated(`the cluster ${what}: ${last}`);
  }
}
