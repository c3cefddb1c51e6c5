import type { Random } from '../../common/runtime/random.js';

/** The items in an order that is equally likely to be any, drawn from `random`. */
export function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const order = items.map((item) => ({ item, rank: random.next() }));
  return order.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}
