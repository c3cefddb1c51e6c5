import type { Quantities } from '../../../common/resources/quantities.js';

/** A role or framework that competes for offers. */
export interface Client {
  /** Settles ties last, so that runs replay. */
  readonly path: string;
  /** Above 0; a client of weight 2 may hold twice as much before it must wait. */
  readonly weight: number;
  /** Allocations it was given so far. */
  readonly grants: number;
  readonly held: Quantities;
}

/**
 * Largest fraction of any pooled resource the client holds, over its weight; at least 0. Resources that the pool lacks or
 * whose name is in `excluded` do not count.
 */
export function dominantShare({ held, weight }: Client, pool: Quantities, excluded?: ReadonlySet<string>): number {
  let share = 0;
  for (const [name, milli] of held) {
    const total = pool.get(name) ?? 0;
    if (total > 0 && milli / total > share && !excluded?.has(name)) share = milli / total;
  }
  return share / weight;
}

/** Clients in the order to offer to: smallest share, then fewest grants, then path. */
export function fairOrder<C extends Client>(
  clients: readonly C[],
  pool: Quantities,
  excluded?: ReadonlySet<string>,
): readonly C[] {
  if (clients.length < 2) return clients;
  const ranked = clients.map((client) => ({ client, share: dominantShare(client, pool, excluded) }));
  ranked.sort(
    (a, b) => a.share - b.share || a.client.grants - b.client.grants || (a.client.path < b.client.path ? -1 : 1),
  );
  return ranked.map(({ client }) => client);
}
