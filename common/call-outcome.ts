/**
 * What became of a call: done, or refused with the HTTP status and the sentence that the v1 API answers. A refused call
 * has changed nothing.
 */
export type CallOutcome = { readonly kind: 'accepted' } | CallRefusal;

/** Why a call was not done, as the v1 API answers it. */
export interface CallRefusal {
  readonly kind: 'refused';
  /** HTTP status: 400, 401, 403, 404, 409, 503. */
  readonly status: number;
  /** The body of the answer, in the original's words where it has any. */
  readonly message: string;
}

/** The call was taken in: 202, or the stream of a SUBSCRIBE. */
export const ACCEPTED: CallOutcome = { kind: 'accepted' };

/** `status` is that of HTTP; `message` becomes the body. */
export const refused = (status: number, message: string): CallRefusal => ({ kind: 'refused', status, message });
