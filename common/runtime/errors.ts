/** Every code an error of ours may carry. Stable: scripts and tests match on them. */
export type ErrorCode =
  | 'BAD_FLAGS' // a command line, variable or file holds a wrong value
  | 'BAD_INPUT' // a call, message or document is malformed
  | 'REFUSED' // well formed, but not allowed as things stand
  | 'NOT_FOUND'
  | 'UNREACHABLE' // the other side could not be spoken to
  | 'TIMED_OUT'
  | 'CORRUPT' // what was read back is not what was written
  | 'STORE_FAILED' // a durable write did not happen
  | 'LIMIT' // a bound on size, depth, time or number was reached
  | 'STOPPED' // the component is shutting down
  | 'ILLEGAL_MOVE' // a state machine was told to go where its table does not lead
  | 'INTERNAL'; // a broken invariant: a bug of ours

/**
 * The one error of this project. `message` reads "Cannot <do> <thing>: <what is>, <what is wanted>", without a final
 * period; the underlying error goes into `cause`.
 */
export class CodedError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
