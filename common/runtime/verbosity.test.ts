import { describe, expect, it } from 'vitest';
import { Verbosity } from './verbosity.js';
import { VirtualClock } from './virtual-clock.js';

describe('Verbosity', () => {
  it('logs more for as long as it was asked to, and then as before', () => {
    const clock = new VirtualClock();
    const verbosity = new Verbosity('warn', clock);
    expect([verbosity.allows('info'), verbosity.allows('warn'), verbosity.level]).toEqual([false, true, 0]);
    verbosity.raise(2, 5_000);
    expect([verbosity.allows('debug'), verbosity.level]).toEqual([true, 2]);
    verbosity.raise(1, 10_000); // the last word counts
    clock.advance(9_999);
    expect(verbosity.level).toBe(1);
    clock.advance(1);
    expect([verbosity.allows('info'), verbosity.level]).toEqual([false, 0]);
  });
});
