import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What went wrong, and how much was looked at, so that an empty run cannot pass. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly launched: number;
  readonly finished: number;
  /** Launches that were lost on the way and reported as such; their tasks never started. */
  readonly neverStarted: number;
  /** Tasks that were reported as failed because nobody could tell how they ended. */
  readonly untold: number;
}

interface Line {
  readonly launch?: string;
  readonly code?: number;
  readonly seen?: string;
  readonly state?: string;
  readonly message?: string | null;
  readonly at?: number;
}

const TERMINAL = new Set([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
]);
/** The agent's words where what would have learnt the exit status was killed. */
const UNTOLD = /how cannot be told|nobody can tell how it ended/;
const NEVER_STARTED = new Set(['TASK_LOST', 'TASK_DROPPED', 'TASK_GONE', 'TASK_UNKNOWN']);

/**
 * Holds what the framework saw against what the tasks themselves wrote: no task lost, none run twice, no exit code
 * wrong. Reads only the framework's log and the witness folder; asks no daemon.
 *
 * `blindAt`: when (ms since the epoch) somebody was killed who alone could learn how the tasks of that moment would end;
 * these may be reported as failed for want of knowledge, but as nothing that is not so.
 */
export async function checkHistory(
  logFile: string,
  witness: string,
  blindAt: readonly number[] = [],
): Promise<Verdict> {
  const lines = parseLines(await readFile(logFile, 'utf8'));
  const launches = new Map(lines.flatMap((line) => (line.launch === undefined ? [] : [[line.launch, line] as const])));
  const seen = Map.groupBy(
    lines.filter((line) => line.seen !== undefined),
    (line) => line.seen ?? '',
  );
  const runs = await readRuns(witness);
  const strangers = [...runs.keys()].filter((id) => !launches.has(id));
  const problems = strangers.map((id) => `${id} ran, but was never launched`);
  const counts: Record<Fate, number> = { finished: 0, neverStarted: 0, untold: 0 };
  for (const [id, launch] of launches) {
    const told = seen.get(id) ?? [];
    const fate = fateOf(launch, runs.get(id) ?? [], told, blindAt);
    if (typeof fate === 'string') counts[fate] += 1;
    else problems.push(`${id} ${fate.problem}`);
    problems.push(...orderProblems(id, told));
  }
  return { problems, launched: launches.size, ...counts };
}

/** Share of the launches that a storm may cost at most. One kill a second costs less than 1 %. */
const MOST_LOST = 0.4;

/** A cluster that loses what it is asked to run, and says so truthfully, is no good either. */
export function lossProblems({ launched, neverStarted }: Pick<Verdict, 'launched' | 'neverStarted'>): string[] {
  const bound = Math.floor(launched * MOST_LOST);
  return neverStarted <= bound
    ? []
    : [`${neverStarted} of ${launched} tasks were never started, at most ${bound} may be`];
}

/** What became of a task, where the framework was told so. */
type Fate = 'finished' | 'neverStarted' | 'untold';

function fateOf(
  { code = 0, at: launchedAt = 0 }: Line,
  run: readonly string[],
  told: readonly Line[],
  blindAt: readonly number[],
): Fate | { readonly problem: string } {
  const starts = run.filter((line) => line.startsWith('start ')).length;
  const ends = run.filter((line) => line.startsWith('end ')).length;
  if (starts > 1) return { problem: `ran ${starts} times` };
  const last = told.findLast(({ state }) => TERMINAL.has(state ?? ''));
  if (last === undefined) {
    // Launched in memory, and the scheduler died before it had written that down: nobody was ever told to run it.
    if (starts === 0) return 'neverStarted';
    return { problem: `ran, and the framework was never told how it ended; it saw ${states(told)}` };
  }
  const { state = '', message, at = 0 } = last;
  const wasBlind = blindAt.some((blind) => launchedAt <= blind && blind <= at);
  if (wasBlind && starts === ends && state === 'TASK_FAILED' && UNTOLD.test(message ?? '')) return 'untold';
  if (starts === 0) {
    if (NEVER_STARTED.has(state)) return 'neverStarted';
    return { problem: `never ran, but the framework was told ${state}: ${message}` };
  }
  const expected = code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED';
  if (state === expected && message?.includes(`exited with status ${code}`) && ends === 1) return 'finished';
  return { problem: `ended with ${code} (${ends} end lines), but the framework was told ${state}: ${message}` };
}

/** After an end nothing but repetitions of it may come; only what a master says of lost tasks may be taken back. */
function orderProblems(id: string, lines: readonly Line[]): string[] {
  const at = lines.findIndex(({ state }) => state === 'TASK_FINISHED' || state === 'TASK_FAILED');
  const end = lines[at]?.state;
  const later = at < 0 ? [] : lines.slice(at + 1).filter(({ state }) => state !== end);
  return later.length === 0 ? [] : [`${id} was ${end}, and then ${states(later)}`];
}

const states = (lines: readonly Line[] | undefined) => (lines ?? []).map(({ state }) => state).join(', ') || 'nothing';

async function readRuns(witness: string): Promise<Map<string, string[]>> {
  const runs = new Map<string, string[]>();
  for (const id of await readdir(witness)) {
    runs.set(
      id,
      (await readFile(join(witness, id), 'utf8')).split('\n').filter((line) => line !== ''),
    );
  }
  return runs;
}

/** A scheduler that is killed may leave half a line; it is the one it had not acted upon. */
function parseLines(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}
