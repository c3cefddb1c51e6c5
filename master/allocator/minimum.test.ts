import { describe, expect, it } from 'vitest';
import { parseMinimums, reachesMinimum } from './minimum.js';

describe('parseMinimums()', () => {
  it('reads alternatives', () => {
    expect(parseMinimums('cpus:0.01|mem:32;disk:1')).toEqual([
      new Map([['cpus', 10]]),
      new Map([
        ['mem', 32_000],
        ['disk', 1000],
      ]),
    ]);
  });

  it('lets everything pass when there is none', () => {
    expect(reachesMinimum(new Map(), parseMinimums(''))).toBe(true);
  });

  it('names everything that is wrong', () => {
    const read = () => parseMinimums('cpus|ports:[1-2]');
    expect(read).toThrow("missing or extra ':' in cpus");
    expect(read).toThrow('"ports:[1-2]" holds more than scalars');
  });
});
