import { expect, it } from 'vitest';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { BackOffs } from './back-offs.js';

function waiting() {
  const clock = new VirtualClock();
  const wokenAtMs: number[] = [];
  const startMs = clock.nowMs();
  const backOffs = new BackOffs(clock, () => wokenAtMs.push(clock.nowMs() - startMs));
  return { clock, backOffs, wokenAtMs };
}

it('lets each instance go at its time, whatever order they came in', () => {
  const { clock, backOffs, wokenAtMs } = waiting();
  backOffs.add('a', 0, 3_000);
  backOffs.add('a', 1, 1_000);
  clock.advance(1_000);
  expect([backOffs.has('a', 0), backOffs.has('a', 1)]).toEqual([true, false]);
  clock.advance(5_000);
  expect(wokenAtMs).toEqual([1_000, 3_000]);
  expect(backOffs.size).toBe(0);
});

it('wakes seldom for many that are due one soon after the other', () => {
  const { clock, backOffs, wokenAtMs } = waiting();
  for (let index = 0; index < 1_000; index++) backOffs.add('a', index, 1_000 + index);
  clock.advance(5_000);
  expect(backOffs.size).toBe(0);
  expect(wokenAtMs.length).toBeLessThanOrEqual(11);
});

it('wakes nobody for what was killed meanwhile', () => {
  const { clock, backOffs, wokenAtMs } = waiting();
  backOffs.add('a', 0, 1_000);
  backOffs.delete('a', 0);
  clock.advance(5_000);
  expect(wokenAtMs).toEqual([]);
});
