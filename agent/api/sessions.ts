import type { ContainerExit } from '../containerizer/containerizer.js';

/** How a session ended; `failed`: its command could not be started. */
export type SessionEnd = ContainerExit | { readonly kind: 'failed'; readonly message: string };

/** Ended sessions that are remembered for those who ask for their exit status afterwards. */
const REMEMBERED = 1_000;

/** Sessions by the full name of their container: those under way, and the last that ended. */
export class Sessions {
  readonly #live = new Map<string, PromiseWithResolvers<SessionEnd>>();
  readonly #ended = new Map<string, SessionEnd>();

  has(id: string): boolean {
    return this.#live.has(id) || this.#ended.has(id);
  }

  /** Registers a session that is about to start. */
  started(id: string): void {
    this.#live.set(id, Promise.withResolvers<SessionEnd>());
  }

  /** Tells those who wait, and remembers. */
  ended(id: string, end: SessionEnd): void {
    this.#live.get(id)?.resolve(end);
    this.#live.delete(id);
    this.#ended.set(id, end);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= REMEMBERED) break;
      this.#ended.delete(oldest);
    }
  }

  /** How a session ends or ended; undefined when it is not known. */
  wait(id: string): Promise<SessionEnd> | undefined {
    const end = this.#ended.get(id);
    return end === undefined ? this.#live.get(id)?.promise : Promise.resolve(end);
  }
}

/** The wait status as waitpid() gives it; undefined when nobody can tell. A program that could not be started counts as 127. */
export function waitStatus(end: SessionEnd): number | undefined {
  switch (end.kind) {
    case 'exited':
      return end.code << 8;
    case 'signaled':
      return end.signal;
    case 'failed':
      return 127 << 8;
    case 'unknown':
      return undefined;
  }
}
