import type { FailureKind } from './handler.js';

/** What an ERROR event means, by the sentences that the original says. */
export function failureOf(message: string): FailureKind {
  if (/failed over/i.test(message)) return 'failed-over';
  if (/removed|torn down/i.test(message)) return 'removed';
  return 'refused';
}
