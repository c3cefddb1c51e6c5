/**
 * What a validation says: every reason against, in the original's words where it has any, empty when there is none.
 * The original stops at the first; ours lists them all, so that one try shows all there is to mend.
 */
export type Reasons = readonly string[];

/** No reason against. */
export const FINE: Reasons = [];

/** One sentence, or none. */
export function reasonIf(wrong: boolean, reason: string): Reasons {
  return wrong ? [reason] : FINE;
}

/** The reasons of a part, each with what part it is in front. */
export function inPart(part: string, reasons: Reasons): Reasons {
  return reasons.map((reason) => `${part}: ${reason}`);
}

/** All reasons as the one text that a status or an answer carries. */
export function textOf(reasons: Reasons): string {
  return reasons.join('; ');
}
