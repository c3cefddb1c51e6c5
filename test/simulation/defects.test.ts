import { describe, expect, it } from 'vitest';
import type { ContainerExit, Containerizer } from '../../agent/containerizer/containerizer.js';
import type { Clock } from '../../common/runtime/clock.js';
import type { Store } from '../../common/store/store.js';
import { runSeed } from './run-seed.js';
import type { Sabotage } from './world.js';

/** Seeds after which a planted defect must have been noticed. */
const MOST_SEEDS = 15;

/** What the first seed that notices says; undefined: none does. */
function noticed(sabotage: () => Sabotage): string | undefined {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const { violation } = runSeed(seed, { sabotage: sabotage() });
    if (violation !== undefined) return violation;
  }
  return undefined;
}

/** Answers each batch at once and writes it two seconds later: what was promised last is gone when the process is killed. */
function lying(inner: Store, clock: Clock): Store {
  return {
    read: (prefix, done) => inner.read(prefix, done),
    write: (changes, done) => {
      inner.write([], done);
      clock.after(2_000, () => inner.write(changes, () => {}));
    },
    close: () => inner.close(),
  };
}

function changed(inner: Containerizer, change: Partial<Containerizer>): Containerizer {
  return {
    launch: (spec, started) => inner.launch(spec, started),
    signal: (id, signal) => inner.signal(id, signal),
    destroy: (id) => inner.destroy(id),
    onExit: (listener) => inner.onExit(listener),
    recover: (known, done) => inner.recover(known, done),
    forget: (id) => inner.forget(id),
    ...change,
  };
}

describe('the simulator notices', () => {
  it('an agent whose disk acknowledges before it has written', () => {
    expect(noticed(() => ({ agentStore: lying }))).toBeDefined();
  });

  it('a scheduler whose disk acknowledges before it has written', () => {
    expect(noticed(() => ({ schedulerStore: lying }))).toBeDefined();
  });

  it('a master that forgets to give resources back', () => {
    const forgetful: Sabotage = {
      masterMade: ({ allocator }) => {
        allocator.recover = () => {};
      },
    };
    expect(noticed(() => forgetful)).toMatch(/the allocator holds .* offers, tasks and executors hold/);
  });

  it('a master that gives resources back too early', () => {
    const generous: Sabotage = {
      masterMade: ({ allocator }) => {
        const add = allocator.addAgent.bind(allocator);
        allocator.addAgent = (id, total) => add(id, total); // as if nothing ran on it
      },
    };
    expect(noticed(() => generous)).toMatch(/the allocator holds|Cannot recover|is used twice/);
  });

  it('a launch carried out twice', () => {
    const containerizer = (inner: Containerizer) =>
      changed(inner, {
        launch: (spec, started) => {
          inner.launch(spec, started);
          inner.launch({ ...spec, containerId: `${spec.containerId}-twin` }, () => {});
        },
      });
    expect(noticed(() => ({ containerizer }))).toMatch(/is started 2 times/);
  });

  it('a wrong exit code', () => {
    const off = (exit: ContainerExit): ContainerExit =>
      exit.kind === 'exited' && exit.code > 0 ? { ...exit, code: exit.code + 1 } : exit;
    const containerizer = (inner: Containerizer) =>
      changed(inner, { onExit: (listener) => inner.onExit((id, exit) => listener(id, off(exit))) });
    expect(noticed(() => ({ containerizer }))).toMatch(/a wrong exit code/);
  });

  it('an exit that nobody is told of', () => {
    const containerizer = (inner: Containerizer) => changed(inner, { onExit: () => {} });
    expect(noticed(() => ({ containerizer }))).toMatch(/has not settled: on agent\d run \[.*\], the master believes/);
  });

  it('a container that is never forgotten', () => {
    const containerizer = (inner: Containerizer) => changed(inner, { forget: () => {} });
    expect(noticed(() => ({ containerizer }))).toMatch(/remembers task/);
  });

  it('a network that overtakes itself', () => {
    const disorder = (world: { network: { disorder: boolean } }) => {
      world.network.disorder = true;
    };
    expect(noticed(() => ({ worldMade: disorder }))).toMatch(/after its end|out of order|an earlier update again/);
  });
});
