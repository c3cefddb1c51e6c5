import { describe, expect, it } from 'vitest';
import { DEFAULT_MINIMUMS, reachesMinimum } from './minimum.js';

describe('reachesMinimum()', () => {
  it('wants all amounts of one alternative', () => {
    const minimums = [new Map([['cpus', 10]]), new Map([...Object.entries({ mem: 32_000, disk: 1_000 })])];
    expect(reachesMinimum(new Map([['cpus', 10]]), minimums)).toBe(true);
    expect(reachesMinimum(new Map([['mem', 64_000]]), minimums)).toBe(false);
    expect(reachesMinimum(new Map([...Object.entries({ mem: 32_000, disk: 1_000 })]), minimums)).toBe(true);
  });

  it('lets everything pass when there is none', () => {
    expect(reachesMinimum(new Map(), [])).toBe(true);
    expect(reachesMinimum(new Map(), DEFAULT_MINIMUMS)).toBe(false);
  });
});
