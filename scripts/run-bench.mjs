// Loads one benchmark straight from its source and prints what it returns: a table, or with --json one line of JSON.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import './ts-hooks.mjs';

const [file, ...args] = process.argv.slice(2);
const json = args.includes('--json');
const unknown = args.filter((arg) => arg !== '--json');
if (unknown.length > 0) {
  console.error(`Cannot run the benchmark: unknown argument "${unknown[0]}", wanted --json or nothing`);
  process.exit(2);
}

const { default: run } = await import(pathToFileURL(resolve(file)).href);
const result = await run({ progress: (text) => console.error(text) });
if (json) console.log(JSON.stringify(result));
else print(result);
process.exit(0);

function print({ name, rows, notes = [] }) {
  console.log(name);
  const quantiles = ['p90', 'p99'].filter((name) => rows.some((row) => row[name] !== undefined));
  const header = ['what', 'unit', 'median', 'min', 'max', ...quantiles, 'runs'];
  const cells = rows.map((row) => header.map((column) => format(row[column])));
  const widths = header.map((title, at) => Math.max(title.length, ...cells.map((line) => line[at].length)));
  const line = (texts) =>
    texts.map((text, at) => (at < 2 ? text.padEnd(widths[at]) : text.padStart(widths[at]))).join('  ');
  for (const texts of [header, ...cells]) console.log(`  ${line(texts)}`);
  for (const note of notes) console.log(`  ${note}`);
}

function format(value) {
  if (typeof value !== 'number') return value ?? '';
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(3);
}
