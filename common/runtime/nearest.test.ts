import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.js';

const WORDS = ['port', 'ip', 'work_dir', 'allocation_interval'];

describe('nearest()', () => {
  it.each([
    ['prot', 'port'],
    ['PORT', 'port'],
    ['workdir', 'work_dir'],
    ['alocation_interval', 'allocation_interval'],
  ])('takes %s for %s', (word, expected) => {
    expect(nearest(word, WORDS)).toBe(expected);
  });

  it.each(['zzzz', '', 'x', 'completely_different'])('takes %j for nothing', (word) => {
    expect(nearest(word, WORDS)).toBeUndefined();
  });
});

describe('editDistance()', () => {
  it.each([
    ['abc', 'abc', 0],
    ['', 'abc', 3],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
  ])('finds %j and %j %d apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
