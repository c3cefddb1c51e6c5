import { describe, expect, it } from 'vitest';
import { ownersOf, parseTimes } from './process-usage.js';

const process = (pid: number, parent: number, session: number) => ({
  ...{ pid, parent, session },
  ...{ userTicks: 1, systemTicks: 1 },
});

const owned = (rows: readonly ReturnType<typeof process>[], ...leaders: number[]) =>
  Object.fromEntries([...ownersOf(rows, new Set(leaders))].map(([{ pid }, leader]) => [pid, leader]));

describe('parseTimes()', () => {
  it('counts its fields after the name, whatever that holds', () => {
    const fields = 'S 7 43 43 0 -1 4194304 1 2 3 4 100 20 30 4 20 0 1 0 999';
    expect(parseTimes(`42 (a) b (c) ${fields}`)).toEqual({
      ...{ pid: 42, parent: 7, session: 43 },
      ...{ userTicks: 130, systemTicks: 24 },
    });
  });

  it.each(['', 'nonsense', '12 (x) S'])('takes %j for no process', (text) => {
    expect(parseTimes(text)).toBeUndefined();
  });
});

describe('ownersOf()', () => {
  it('gives a process to the leader of its session, or that of an ancestor', () => {
    const rows = [
      process(10, 1, 10),
      process(11, 10, 10),
      process(12, 1, 10),
      process(13, 11, 13),
      process(14, 13, 13),
    ];
    expect(owned([...rows, process(20, 1, 20)], 10)).toEqual({ 10: 10, 11: 10, 12: 10, 13: 10, 14: 10 });
  });

  it('gives it to the nearest of two leaders', () => {
    const rows = [process(10, 1, 10), process(20, 10, 20), process(21, 20, 20)];
    expect(owned(rows, 10, 20)).toEqual({ 10: 10, 20: 20, 21: 20 });
  });

  it('ends although pids that were reused form a ring', () => {
    expect(owned([process(10, 11, 1), process(11, 10, 1)], 5)).toEqual({});
  });
});
