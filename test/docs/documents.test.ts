import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../cli/program.js';
import { anchors, commandLines, localLinks, ROOT, readDocuments, splitWords } from './documents.js';

const documents = readDocuments();
const DAEMONS = ['master', 'agent', 'jobs'];

describe.each(documents.map((document) => [document.path, document] as const))('%s', (path, document) => {
  it('leads nowhere that does not exist', () => {
    const broken = localLinks(document).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? resolve(ROOT, path) : resolve(ROOT, dirname(path), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('shows only commands and options that there are', () => {
    expect(commandLines(document).flatMap(problemOf)).toEqual([]);
  });
});

describe('the architecture', () => {
  it('names only files that exist', () => {
    const text = documents.find(({ path }) => path === 'docs/developer/architecture.md')?.text ?? '';
    const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\/?)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });
});

describe('the page of flags', () => {
  it('is what the flag tables say', async () => {
    const script = resolve(ROOT, 'scripts/generate-flag-docs.mjs');
    const { exitCode, stderr } = await execa(process.execPath, [script, '--check'], { reject: false });
    expect(exitCode, stderr).toBe(0);
  });
});

describe('splitWords()', () => {
  it('keeps quoted words together and ends at a pipe', () => {
    expect(splitWords(`run --name a 'i=0; x | y' "b c" | cat`)).toEqual(['run', '--name', 'a', 'i=0; x | y', 'b c']);
  });
});

/** What is wrong with a command line; empty when it parses. Flags of daemons are not the program's to judge. */
function problemOf(words: readonly string[]): string[] {
  const [first] = words;
  if (first !== undefined && DAEMONS.includes(first) && words[1]?.startsWith('--')) return [];
  const program = createProgram('0');
  silence(program);
  try {
    program.parse([...words], { from: 'user' });
    return [];
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return code === 'commander.helpDisplayed' ? [] : [`${words.join(' ')}: ${message}`];
  }
}

/** Parses without doing anything. */
function silence(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  command.action(() => {});
  for (const child of command.commands) silence(child);
}
