import { describe, expect, it, vi } from 'vitest';
import { DAEMON_EXIT, reportStartFailure } from './daemon.js';
import { CodedError } from './errors.js';

describe('a start that fails', () => {
  it.each([
    ['BAD_FLAGS', DAEMON_EXIT.usage],
    ['REFUSED', DAEMON_EXIT.failed],
  ] as const)('with %s is told in a sentence and leaves with %i', async (code, exitCode) => {
    using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = await reportStartFailure(() => Promise.reject(new CodedError(code, 'Cannot start')));
    expect(exit).toBe(exitCode);
    expect(stderr).toHaveBeenCalledExactlyOnceWith('Cannot start\n');
  });

  it('dies of the signal that ended it, without a word', async () => {
    using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const die = vi.fn(() => true as const);
    await reportStartFailure(() => Promise.reject(new CodedError('STOPPED', 'Told to stop by SIGTERM')), die);
    expect(die).toHaveBeenCalledOnce();
    expect(stderr).not.toHaveBeenCalled();
  });

  it('is thrown on when it is a bug', async () => {
    await expect(reportStartFailure(() => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug');
  });
});
