import { describe, expect, it } from 'vitest';
import { Backoff, backoffCeilingMs } from './backoff.js';
import { seededRandom } from './random.js';

const BOUNDS = { firstMs: 100, mostMs: 1000 };

describe('Backoff', () => {
  it('doubles its ceiling up to the most, however many attempts there were', () => {
    const ceilings = [0, 1, 2, 3, 4, 5_000].map((attempt) => backoffCeilingMs(attempt, BOUNDS));
    expect(ceilings).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('spreads waits from 0 to the ceiling', () => {
    const random = seededRandom(1);
    const firsts = Array.from({ length: 1000 }, () => new Backoff(BOUNDS, random).next());
    expect(Math.max(...firsts)).toBeLessThan(100);
    expect(Math.max(...firsts)).toBeGreaterThan(90);
    expect(Math.min(...firsts)).toBeLessThan(10);
  });

  it('starts over once it worked', () => {
    const highest = { next: () => 1, uuid: () => '' };
    const backoff = new Backoff(BOUNDS, highest);
    const waits = [backoff.next(), backoff.next()];
    backoff.reset();
    expect([...waits, backoff.next()]).toEqual([100, 200, 100]);
  });
});
