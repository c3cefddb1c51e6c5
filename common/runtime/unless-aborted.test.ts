import { describe, expect, it } from 'vitest';
import { unlessAborted } from './unless-aborted.js';

describe('work under a signal', () => {
  it('comes to what it comes to', async () => {
    const { signal } = new AbortController();
    await expect(unlessAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
  });

  it('is left behind when the signal comes, or had come', async () => {
    const controller = new AbortController();
    const hanging = unlessAborted(new Promise(() => {}), controller.signal);
    controller.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    await expect(unlessAborted(Promise.resolve(1), controller.signal)).rejects.toThrow('enough');
  });

  it('may fail after it was left behind', async () => {
    const controller = new AbortController();
    const work = Promise.withResolvers<void>();
    const outcome = unlessAborted(work.promise, controller.signal);
    controller.abort(new Error('enough'));
    work.reject(new Error('too late'));
    await expect(outcome).rejects.toThrow('enough');
  });
});
