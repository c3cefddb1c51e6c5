import { describe, expect, it } from 'vitest';
import { runSeeds } from './seeds.js';

describe('a cluster in a storm of faults, odd seeds', () => {
  it('loses no task, runs none twice, over-allocates nothing, tells nothing out of order, and settles', () => {
    expect(runSeeds(1)).toEqual([]);
  });
});
