import { describe, expect, it } from 'vitest';
import type { Quantities } from '../../../common/resources/quantities.js';
import { type Client, dominantShare, fairOrder } from './drf.js';

const quantities = (of: Record<string, number>): Quantities => new Map(Object.entries(of));
const pool = quantities({ cpus: 10_000, mem: 10_240_000 });
const role = (path: string, held: Record<string, number>, weight = 1, grants = 0): Client => ({
  path,
  weight,
  grants,
  held: quantities(held),
});

describe('fairOrder()', () => {
  it('serves the role whose dominant share is smaller', () => {
    const web = role('web', { cpus: 2000, mem: 512_000 }); //      0.20, by cpus
    const batch = role('batch', { cpus: 1000, mem: 5_120_000 }); // 0.50, by mem
    expect(fairOrder([batch, web], pool)).toEqual([web, batch]);
  });

  it('lets a role of weight 2 hold twice as much before it must wait', () => {
    const paid = role('paid', { cpus: 4000 }, 2); // 0.40 / 2
    const free = role('free', { cpus: 3000 }); //    0.30
    expect(fairOrder([free, paid], pool)).toEqual([paid, free]);
  });

  it('serves those with fewest grants first when shares are equal, then by path', () => {
    const [a, b, c] = [role('a', {}, 1, 3), role('b', {}, 1, 1), role('c', {}, 1, 1)];
    expect(fairOrder([a, c, b], pool)).toEqual([b, c, a]);
  });

  it.each(['gpus', 'disk'])('never counts %s when the pool has none', (name) => {
    const [hoarder, web] = [role('hoarder', { [name]: 8000 }), role('web', { cpus: 1000 })];
    expect(fairOrder([web, hoarder], pool)).toEqual([hoarder, web]);
  });

  it('leaves out names that are excluded from sharing', () => {
    expect(dominantShare(role('a', { cpus: 1000, mem: 10_240_000 }), pool, new Set(['mem']))).toBe(0.1);
  });
});
