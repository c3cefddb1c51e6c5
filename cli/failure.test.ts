import { describe, expect, it } from 'vitest';
import { CodedError, type ErrorCode } from '../common/runtime/errors.js';
import { EXIT, EXIT_MEANINGS } from './exit-codes.js';
import { CommandFailure, describeFailure, exitCodeOf } from './failure.js';

describe('exit codes', () => {
  it.each([
    ['BAD_FLAGS', 2],
    ['BAD_INPUT', 2],
    ['NOT_FOUND', 3],
    ['REFUSED', 4],
    ['UNREACHABLE', 5],
    ['TIMED_OUT', 6],
    ['INTERNAL', 1],
    ['STORE_FAILED', 1],
    ['LIMIT', 1],
  ] as const satisfies ReadonlyArray<readonly [ErrorCode, number]>)('of %s is %i', (code, exit) => {
    expect(exitCodeOf(new CodedError(code, 'x'))).toBe(exit);
  });

  it('of a command that failed is its own, and of anything else 1', () => {
    expect(exitCodeOf(new CommandFailure(EXIT.unplaced, 'x'))).toBe(7);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf('x')).toBe(1);
  });

  it('all have a meaning, and no two the same number', () => {
    expect(EXIT_MEANINGS.map(([code]) => code)).toEqual(Object.values(EXIT));
    expect(new Set(Object.values(EXIT)).size).toBe(EXIT_MEANINGS.length);
  });
});

describe('describeFailure()', () => {
  it('says what failed and what to try, and shows a stack only when debugging', () => {
    const failure = new CommandFailure(1, 'Cannot fly: no wings', 'grow some');
    expect(describeFailure(failure, false)).toBe('meseta: Cannot fly: no wings\n  try: grow some');
    expect(describeFailure(failure, true)).toContain('failure.test.ts');
  });

  it('does not let a server steer the terminal', () => {
    expect(describeFailure(new CommandFailure(1, 'refused: \x1b[2Jgone\nnext'), false)).toBe(
      'meseta: refused: \\x1b[2Jgone\nnext',
    );
  });
});
