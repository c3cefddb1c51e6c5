import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpiryQueue } from './expiry-queue.js';

describe('ExpiryQueue', () => {
  it('gives out exactly what has ended and was not dropped, soonest first', () => {
    const item = fc.record({ expiresAtMs: fc.integer({ min: 0, max: 50 }), drop: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 0, max: 50 }), (specs, nowMs) => {
        const queue = new ExpiryQueue<{ expiresAtMs: number; dropped: boolean }>();
        const items = specs.map(({ expiresAtMs }) => ({ expiresAtMs, dropped: false }));
        for (const each of items) queue.push(each);
        items.forEach((each, index) => {
          if (!specs[index]?.drop) return;
          each.dropped = true;
          queue.noteDropped();
        });
        const alive = items.filter(({ dropped }) => !dropped).map(({ expiresAtMs }) => expiresAtMs);
        expect(queue.nextExpiryMs()).toBe(alive.length === 0 ? undefined : Math.min(...alive));
        const due = alive.filter((end) => end <= nowMs).sort((a, b) => a - b);
        expect(queue.takeExpired(nowMs).map(({ expiresAtMs }) => expiresAtMs)).toEqual(due);
      }),
    );
  });
});
