/**
 * What is wrong with something that came over the wire. Stable: edges choose their answers by it.
 *
 * - `SYNTAX`: not JSON, not protobuf, or not a frame at all
 * - `INVALID`: well formed, but a value has the wrong type, is out of range or is not base64
 * - `MISSING`: a required field is absent
 * - `LIMIT`: larger or nested deeper than allowed
 */
export type WireErrorCode = 'SYNTAX' | 'INVALID' | 'MISSING' | 'LIMIT';

/**
 * The one error of this folder. `message` is fit to be the body of a refusal: where the original has a sentence for
 * the case it is that sentence, word for word.
 */
export class WireError extends Error {
  readonly code: WireErrorCode;
  /** Fields concerned, as `accept.operations[0].type`; empty where no field is to blame. */
  readonly paths: readonly string[];

  constructor(code: WireErrorCode, message: string, options: ErrorOptions & { paths?: readonly string[] } = {}) {
    super(message, options);
    this.name = 'WireError';
    this.code = code;
    this.paths = options.paths ?? [];
  }
}
