/** Something that ends at an instant, or before when dropped. */
export interface Expiring {
  readonly expiresAtMs: number;
  /** Set by the owner: it no longer counts and is skipped. */
  dropped: boolean;
}

/** A binary heap of things that end, soonest first. Dropped ones leave when met, or when they are more than half. */
export class ExpiryQueue<T extends Expiring> {
  #heap: T[] = [];
  #dropped = 0;

  push(item: T): void {
    this.#heap.push(item);
    this.#rise(this.#heap.length - 1);
  }

  /** The owner has dropped an item that is still queued. */
  noteDropped(): void {
    this.#dropped++;
    if (this.#dropped * 2 <= this.#heap.length) return;
    const alive = this.#heap.filter(({ dropped }) => !dropped);
    this.#heap = alive.sort((a, b) => a.expiresAtMs - b.expiresAtMs); // a sorted array is a heap
    this.#dropped = 0;
  }

  /** When the next one ends; undefined: there is none. */
  nextExpiryMs(): number | undefined {
    this.#skipDropped();
    return this.#heap[0]?.expiresAtMs;
  }

  /** Takes out everything that has ended by `nowMs`, soonest first. */
  takeExpired(nowMs: number): readonly T[] {
    const expired: T[] = [];
    for (this.#skipDropped(); (this.#heap[0]?.expiresAtMs ?? Infinity) <= nowMs; this.#skipDropped()) {
      const first = this.#pop();
      if (first) expired.push(first);
    }
    return expired;
  }

  #skipDropped(): void {
    while (this.#heap[0]?.dropped) {
      this.#pop();
      this.#dropped--;
    }
  }

  #pop(): T | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfLater(parent, at)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.#endOf(right) < this.#endOf(left) ? right : left;
      if (!this.#swapIfLater(at, child)) return;
      at = child;
    }
  }

  #swapIfLater(upper: number, lower: number): boolean {
    const [above, below] = [this.#heap[upper], this.#heap[lower]];
    if (above === undefined || below === undefined || above.expiresAtMs <= below.expiresAtMs) return false;
    this.#heap[upper] = below;
    this.#heap[lower] = above;
    return true;
  }

  #endOf(index: number): number {
    return this.#heap[index]?.expiresAtMs ?? Infinity;
  }
}
