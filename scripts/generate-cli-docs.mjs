// Writes docs/user/cli.md and the table of docs/user/exit-codes.md from the program itself.
// usage: node scripts/generate-cli-docs.mjs [--check]     (--check: writes nothing, fails when a page is not current)
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import './ts-hooks.mjs';

const check = process.argv[2] === '--check';
if (process.argv.length > (check ? 3 : 2)) {
  console.error(`Cannot generate the pages: unknown argument "${process.argv.at(-1)}", wanted --check or nothing`);
  process.exit(2);
}

const { createProgram } = await import('../cli/program.ts');
const { printReference, printExitCodes } = await import('../cli/reference.ts');
const fileOf = (name) => fileURLToPath(new URL(`../docs/user/${name}`, import.meta.url));
const exitCodes = readFileSync(fileOf('exit-codes.md'), 'utf8');
const pages = {
  'cli.md': printReference(createProgram('0')),
  'exit-codes.md': exitCodes.replace(/^\| Code \|[\s\S]*?\n\n/m, `${printExitCodes()}\n\n`),
};
for (const [name, text] of Object.entries(pages)) {
  if (!check) writeFileSync(fileOf(name), text);
  else if (readFileSync(fileOf(name), 'utf8') !== text) {
    console.error(`docs/user/${name} is not what the program says; run: node scripts/generate-cli-docs.mjs`);
    process.exitCode = 1;
  }
}
