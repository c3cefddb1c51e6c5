import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { allowedAgeMs, Garbage } from './garbage.js';

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

  it('leaves alone what is used again, and what it was not told of', async () => {
    const garbage = make(new VirtualClock(), 0);
    const [again, never] = [folder('again'), folder('never')];
    garbage.ended(again, 0);
    garbage.keep(again);
    await garbage.sweep();
    expect(existsSync(again) && existsSync(never)).toBe(true);
  });
});
