import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { silentLogger } from './logger.js';
import { listenForShutdown } from './shutdown.js';

const newSource = () => Object.assign(new EventEmitter(), { exit: vi.fn() });

it('asks to stop at the first signal and leaves at the second', () => {
  const source = newSource();
  const { signal } = listenForShutdown(silentLogger, source);
  expect(signal.aborted).toBe(false);
  source.emit('SIGTERM', 'SIGTERM');
  expect(signal.aborted).toBe(true);
  expect(source.exit).not.toHaveBeenCalled();
  source.emit('SIGINT', 'SIGINT');
  expect(source.exit).toHaveBeenCalledExactlyOnceWith(130);
});

it('listens no longer once disposed', () => {
  const source = newSource();
  listenForShutdown(silentLogger, source)[Symbol.dispose]();
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
