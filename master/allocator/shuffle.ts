import type { Random } from '../../common/runtime/random.js';

/** The items in an order that is equally likely to be any, drawn from `random`. */
export function shuffled<T>(items: Iterable<T>, random: Random): readonly T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const at = Math.floor(random.next() * (last + 1));
    [order[last], order[at]] = [order[at] as T, order[last] as T];
  }
  return order;
}
