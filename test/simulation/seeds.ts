import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, runSeed } from './run-seed.js';

/** `MESETA_SEEDS=1000-2000` runs others than the fixed ones; `MESETA_SEED=7` runs one, with all that the cores log. */
const { MESETA_SEED: one, MESETA_SEEDS: range = '1-200' } = process.env;
const [first = 1, last = first] = (one ?? range).split('-').map(Number);
const replay = one !== undefined;

/** How much of the trace a failure shows; all of it goes into a file. */
const LINES_SHOWN = 40;

/** Runs the even or the odd seeds of the range, so that two cores share the work. Returns a report of each that failed. */
export function runSeeds(parity: 0 | 1): string[] {
  const reports: string[] = [];
  const outcomes: Outcome[] = [];
  for (let seed = first; seed <= last; seed++) {
    if (seed % 2 !== parity) continue;
    const outcome = runSeed(seed, { verbose: replay });
    outcomes.push(outcome);
    if (replay || outcome.violation !== undefined) reports.push(report(outcome));
  }
  const sum = (what: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + what(outcome), 0);
  if (outcomes.length > 0) {
    const counts = `${sum(({ messages }) => messages)} messages, ${sum(({ started }) => started)} tasks ran`;
    const hours = (sum(({ simulatedMs }) => simulatedMs) / 3_600_000).toFixed(1);
    console.log([`${outcomes.length} seeds: ${counts} in ${hours} simulated hours`, ...reports].join('\n'));
  }
  return replay ? outcomes.flatMap(({ violation }) => violation ?? []) : reports;
}

function report(outcome: Outcome): string {
  const { seed, violation = 'nothing is wrong', hash } = outcome;
  const file = join(tmpdir(), `meseta-seed-${seed}.trace`);
  writeFileSync(file, `${outcome.print()}\n`);
  const shown = replay ? '' : `\n${outcome.print(LINES_SHOWN)}`;
  return `seed ${seed}: ${violation}\ntrace ${hash} in ${file}; replay with MESETA_SEED=${seed} scripts/test simulation${shown}`;
}
