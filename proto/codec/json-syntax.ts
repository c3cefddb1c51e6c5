/** Where a text stops being JSON. */
export interface SyntaxProblem {
  /** Counted from 1. */
  readonly line: number;
  /** The rest of that line from the first character that does not fit, cut to a readable length. */
  readonly near: string;
}

const NEAR_LENGTH = 100;
const SPACE = /[ \t\n\r]*/y;
const ATOM = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Finds the place a person should look at in a text that `JSON.parse` refused. It only locates: a text that it finds
 * nothing wrong with is reported at its end.
 */
export function locateSyntaxProblem(text: string): SyntaxProblem {
  const at = Math.min(firstMisfit(text), text.length);
  const line = text.slice(0, at).split('\n').length;
  const rest = text.slice(at).split('\n', 1)[0] ?? '';
  return { line, near: rest.slice(0, NEAR_LENGTH) };
}

/** Walks the text with a stack of its own, so that depth costs memory and never the call stack. */
function firstMisfit(text: string): number {
  const closers: string[] = [];
  let at = skip(SPACE, text, 0);
  for (;;) {
    // A value is due.
    const opener = text[at];
    if (opener === '{' || opener === '[') {
      closers.push(opener === '{' ? '}' : ']');
      at = skip(SPACE, text, at + 1);
      if (text[at] !== closers.at(-1)) {
        const entered = opener === '{' ? skipKey(text, at) : { at, ok: true };
        at = entered.at;
        if (!entered.ok) return at;
        continue;
      }
    } else {
      const after = opener === '"' ? skipString(text, at) : skip(ATOM, text, at);
      if (after === at) return at;
      at = skip(SPACE, text, after);
    }
    // A value has ended: close what closes here, then a comma leads to the next.
    while (closers.length > 0 && text[at] === closers.at(-1)) {
      closers.pop();
      at = skip(SPACE, text, at + 1);
    }
    if (closers.length === 0 || text[at] !== ',') return at;
    at = skip(SPACE, text, at + 1);
    if (closers.at(-1) === '}') {
      const entered = skipKey(text, at);
      at = entered.at;
      if (!entered.ok) return at;
    }
  }
}

function skipKey(text: string, start: number): { at: number; ok: boolean } {
  const after = skipString(text, start);
  if (after === start) return { at: start, ok: false };
  const colon = skip(SPACE, text, after);
  return text[colon] === ':' ? { at: skip(SPACE, text, colon + 1), ok: true } : { at: colon, ok: false };
}

/** A loop and not a pattern: patterns with alternatives use the call stack up on strings of megabytes. */
function skipString(text: string, start: number): number {
  if (text[start] !== '"') return start;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === '\n') return start;
    if (character === '\\') at++;
  }
  return start;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
