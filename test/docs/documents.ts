import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A Markdown file of the repository. */
export interface Document {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

export const ROOT = resolve(import.meta.dirname, '../..');

/** Every document that people read. */
export function readDocuments(): Document[] {
  return globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT })
    .sort()
    .map((path) => ({ path, text: readFileSync(resolve(ROOT, path), 'utf8') }));
}

/** Targets of the links in a document, without those to other sites. */
export function localLinks({ text }: Document): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a document's headings, as Markdown viewers make them. */
export function anchors(text: string): Set<string> {
  const headings = withoutCode(text).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The `meseta` command lines that consoles in a document show, as words; those that continue on the next line are joined. */
export function commandLines({ text }: Document): string[][] {
  const consoles = [...text.matchAll(/^```console\n(.*?)^```/gms)].map(([, body = '']) => body.replaceAll('\\\n', ' '));
  const typed = consoles.flatMap((body) => body.split('\n')).filter((line) => line.startsWith('$ '));
  return typed
    .map((line) => splitWords(line.slice(2)))
    .filter(([program]) => program === 'meseta' || program === './scripts/meseta')
    .map((words) => words.slice(1));
}

/** Words as a shell splits them, as far as documents need it: quotes, and an end at `#`, `|`, `&`, `>` or `;`. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [, word = '', end] of line.matchAll(/\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\|&;>#])+)|([|&;>#])/g)) {
    if (end !== undefined) break;
    words.push(word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_all, single, double) => single ?? double));
  }
  return words;
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```/gms, '');
}
