import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `look` gives something other than undefined or false, and gives that. Fails after `boundMs` with `what` was
 * waited for and the last error that `look` threw, if any.
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  boundMs = 20_000,
): Promise<Value> {
  const endAtMs = performance.now() + boundMs;
  let last: unknown;
  while (performance.now() < endAtMs) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  const why = last instanceof Error ? `: ${last.message}` : '';
  throw new Error(`Waited ${boundMs} ms in vain for ${what}${why}`, { cause: last });
}
