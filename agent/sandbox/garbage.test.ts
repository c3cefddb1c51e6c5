import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { allowedAgeMs, Garbage } from './garbage.js';
import { sandboxesOnDisk } from './sandboxes-on-disk.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-garbage-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('allowedAgeMs()', () => {
  it.each([
    [0, 900],
    [0.4, 500],
    [0.9, 0],
    [1, 0],
  ])('shrinks as the disk fills: %d full leaves %d of 1000', (used, wanted) => {
    expect(allowedAgeMs(used, { delayMs: 1000, headroom: 0.1 })).toBeCloseTo(wanted);
  });
});

describe('Garbage', () => {
  const make = (clock: VirtualClock, delayMs: number) => new Garbage({ workDir: root, delayMs }, clock, silentLogger);
  const folder = (name: string) => {
    mkdirSync(join(root, name, 'inner'), { recursive: true });
    return join(root, name);
  };

  it('deletes a sandbox once its delay has passed, and not before', async () => {
    const clock = new VirtualClock();
    const garbage = make(clock, 1e12);
    const path = folder('ended');
    garbage.ended(path, clock.wallMs());
    await garbage.sweep();
    expect(existsSync(path)).toBe(true);
    clock.advance(1e12);
    await garbage.sweep();
    expect(existsSync(path)).toBe(false);
  });

  it('leaves alone what it was not told of', async () => {
    const never = folder('never');
    await make(new VirtualClock(), 0).sweep();
    expect(existsSync(never)).toBe(true);
  });

  it('takes the word of an earlier agent only where it knows nothing itself', async () => {
    const clock = new VirtualClock();
    const garbage = make(clock, 1e12);
    const [known, left] = [folder('known'), folder('left')];
    garbage.ended(known, clock.wallMs());
    for (const path of [known, left]) garbage.found(path, clock.wallMs() - 1e12);
    await garbage.sweep();
    expect([existsSync(known), existsSync(left)]).toEqual([true, false]);
  });

  it('leaves no empty folder of an executor, framework or agent behind, but what is in use', async () => {
    const run = (executor: string, container: string) => {
      const path = folder(`slaves/S0/frameworks/F/executors/${executor}/runs/${container}`);
      const latest = join(path, '../latest');
      rmSync(latest, { force: true });
      symlinkSync(path, latest);
      return path;
    };
    const [first, second, other] = [run('e', '1'), run('e', '2'), run('f', '3')];
    const garbage = make(new VirtualClock(), 0);
    garbage.ended(first, 0);
    await garbage.sweep();
    expect(readdirSync(dirname(first))).toEqual(['2', 'latest']);
    garbage.ended(second, 0);
    await garbage.sweep();
    expect(readdirSync(join(root, 'slaves/S0/frameworks/F/executors'))).toEqual(['f']);
    garbage.ended(other, 0);
    await garbage.sweep();
    expect(readdirSync(join(root, 'slaves'))).toEqual([]);
  });
});

describe('sandboxesOnDisk()', () => {
  it('are those of any agent, with the time of their last output', async () => {
    const at = (path: string) => join(root, 'slaves', path);
    const [first, second] = [at('S0/frameworks/F/executors/e/runs/1'), at('S1/frameworks/G/executors/f/runs/2')];
    for (const path of [first, second]) mkdirSync(path, { recursive: true });
    symlinkSync(first, join(first, '../latest'));
    writeFileSync(join(first, 'stdout'), '');
    utimesSync(join(first, 'stdout'), 2_000, 2_000);
    for (const path of [first, second]) utimesSync(path, 1_000, 1_000);
    expect(await sandboxesOnDisk(root)).toEqual([
      { path: first, writtenAtMs: 2_000_000 },
      { path: second, writtenAtMs: 1_000_000 },
    ]);
  });

  it('are none where no agent ever ran', async () => {
    expect(await sandboxesOnDisk(join(root, 'nothing'))).toEqual([]);
  });
});
