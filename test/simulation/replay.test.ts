import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.js';

/** Seeds that found a defect, and what it was. They replay it for as long as what is drawn from a seed stays the same. */
const FOUND: readonly (readonly [seed: number, defect: string])[] = [
  [23, 'tasks that never reached an unreachable agent stayed unreachable after its return'],
  [42, 'a framework was told of the end of a task before what had led to it'],
  [55, 'a confirmed end was unsaid by a reconciliation that had crossed its acknowledgement'],
  [181, 'the end of an executor was lost in a re-registration'],
  [2463, 'a task lost with a replaced agent stayed unknown to a framework that had missed it'],
];

describe('a seed', () => {
  it('replays exactly: the same messages at the same instants', () => {
    for (const seed of [7, 23, 58]) {
      const [first, second] = [runSeed(seed), runSeed(seed)];
      expect(second.hash).toBe(first.hash);
      expect(second.messages).toBe(first.messages);
      expect(second.print()).toBe(first.print());
    }
  });

  it('gives a run of its own', () => {
    expect(new Set([1, 2, 3, 4].map((seed) => runSeed(seed).hash)).size).toBe(4);
  });

  it.each(FOUND)('%i found that %s', (seed) => {
    expect(runSeed(seed).violation).toBeUndefined();
  });
});
