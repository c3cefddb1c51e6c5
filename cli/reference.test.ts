import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.js';
import { printExitCodes, printReference } from './reference.js';

const HOW = 'run: node scripts/generate-cli-docs.mjs';

describe('the reference of the command line', () => {
  it('is what the program says', () => {
    expect(readFileSync('docs/user/cli.md', 'utf8'), HOW).toBe(printReference(createProgram('0')));
  });

  it('lists the exit codes that there are', () => {
    expect(readFileSync('docs/user/exit-codes.md', 'utf8'), HOW).toContain(`${printExitCodes()}\n\n`);
  });

  it('describes each command once', () => {
    const headings = printReference(createProgram('0')).match(/^## meseta .*$/gm) ?? [];
    expect(new Set(headings).size).toBe(headings.length);
    expect(headings).toContain('## meseta task logs');
  });
});
