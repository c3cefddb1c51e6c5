import { describe, expect, it } from 'vitest';
import { isAlive, isMarked, markOf, parseStat, readStat, signalProcess } from './processes.js';

const fields = (after: string) => `42 ${after} 1 42 43 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 987 ${'0 '.repeat(29)}256`;

describe('parseStat()', () => {
  it('is not misled by a name with spaces and parentheses', () => {
    expect(parseStat(fields('(a) S (b) Z'))).toMatchObject({
      pid: 42,
      zombie: true,
      group: 42,
      session: 43,
      startTime: 987,
    });
  });

  it('reads the wait status of a zombie', () => {
    expect(parseStat(fields('(sh) Z'))?.waitStatus).toBe(256);
  });

  it('gives nothing for what is no such line', () => {
    expect(parseStat('')).toBeUndefined();
  });
});

describe('a pid with another start time', () => {
  it('is neither alive nor signalled', () => {
    const startTime = readStat(process.pid)?.startTime ?? Number.NaN;
    expect(isAlive(process.pid, startTime)).toBe(true);
    expect(isAlive(process.pid, startTime + 1)).toBe(false);
    expect(signalProcess(process.pid, startTime + 1, 9)).toBe(false);
  });
});

describe('marks', () => {
  const marked = {
    pid: 1,
    zombie: false,
    group: 1,
    session: 1,
    startTime: 1,
    waitStatus: 0,
    environment: '\0XA=1\0A=b\0',
  };

  it('are whole variables, not parts of others', () => {
    expect(isMarked(marked, 'A', 'b')).toBe(true);
    expect(isMarked(marked, 'A', '1')).toBe(false);
    expect(isMarked(marked, 'A', '')).toBe(false);
    expect(markOf(marked, 'A')).toBe('b');
    expect(markOf(marked, 'B')).toBeUndefined();
  });
});
