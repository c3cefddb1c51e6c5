import { expect, it } from 'vitest';
import { describeEnding } from './describe-ending.js';

const message = 'Command terminated with signal Terminated';

it('says the cause that the message does not tell, before the message', () => {
  const reason = 'REASON_MAX_COMPLETION_TIME_REACHED';
  expect(describeEnding({ reason, message })).toBe(`the longest run time was reached: ${message}`);
  expect(describeEnding({ reason })).toBe('the longest run time was reached');
});

it('leaves a message alone that tells the cause', () => {
  expect(describeEnding({ reason: 'REASON_CONTAINER_LAUNCH_FAILED', message })).toBe(message);
  expect(describeEnding({ message })).toBe(message);
});

it('knows nothing of what ended without either', () => {
  expect(describeEnding({})).toBeUndefined();
  expect(describeEnding({ message: '' })).toBeUndefined();
});
