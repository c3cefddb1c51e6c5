import { describe, expect, it } from 'vitest';
import { Sessions, waitStatus } from './sessions.js';

describe('Sessions', () => {
  it('tells how a session ends to those who waited and to those who ask later', async () => {
    const sessions = new Sessions();
    sessions.started('s');
    const waiting = sessions.wait('s');
    sessions.ended('s', { kind: 'exited', code: 3 });
    expect(await waiting).toEqual({ kind: 'exited', code: 3 });
    expect(await sessions.wait('s')).toEqual({ kind: 'exited', code: 3 });
  });

  it('knows nothing of others, and forgets the oldest beyond a thousand', () => {
    const sessions = new Sessions();
    expect(sessions.wait('nobody')).toBeUndefined();
    for (let n = 0; n <= 1_000; n += 1) {
      sessions.started(`s${n}`);
      sessions.ended(`s${n}`, { kind: 'exited', code: 0 });
    }
    expect([sessions.has('s0'), sessions.has('s1'), sessions.has('s1000')]).toEqual([false, true, true]);
  });
});

describe('waitStatus()', () => {
  it.each([
    [{ kind: 'exited', code: 3 } as const, 0x300],
    [{ kind: 'signaled', signal: 9 } as const, 9],
    [{ kind: 'failed', message: 'no such program' } as const, 127 << 8],
    [{ kind: 'unknown' } as const, undefined],
  ])('of %j is %s', (end, status) => {
    expect(waitStatus(end)).toBe(status);
  });
});
