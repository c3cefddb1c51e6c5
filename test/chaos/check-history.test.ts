import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHistory, lossProblems } from './check-history.js';

let folder: string;
let witness: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meseta-history-'));
  witness = join(folder, 'witness');
  await mkdir(witness);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function verdict(
  seen: readonly object[],
  ran: Readonly<Record<string, string>>,
  blindAt: readonly number[] = [],
) {
  const lines = [{ launch: 't', code: 3, at: 0 }, ...seen].map((line) => JSON.stringify(line));
  await writeFile(join(folder, 'history'), `${lines.join('\n')}\n`);
  for (const [id, text] of Object.entries(ran)) await writeFile(join(witness, id), text);
  return await checkHistory(join(folder, 'history'), witness, blindAt);
}

const failedWith = (code: number) => ({
  seen: 't',
  state: 'TASK_FAILED',
  message: `Command exited with status ${code}`,
});

describe('checkHistory()', () => {
  it('is content with a task that ran once and was reported as it ended', async () => {
    const { problems, finished } = await verdict([failedWith(3)], { t: 'start 1\nend 3\n' });
    expect({ problems, finished }).toEqual({ problems: [], finished: 1 });
  });

  it('is content with a launch that was lost on the way and reported so', async () => {
    const { problems, neverStarted } = await verdict([{ seen: 't', state: 'TASK_GONE' }], {});
    expect({ problems, neverStarted }).toEqual({ problems: [], neverStarted: 1 });
  });

  it('allows an unknown end of a task that was alive when its spawner was killed, and of no other', async () => {
    const message = 'Command ended, but how cannot be told: what would have recorded its exit status is gone too';
    const seen = { seen: 't', state: 'TASK_FAILED', message, at: 20 };
    const ran = { t: 'start 1\nend 3\n' };
    expect((await verdict([seen], ran, [10])).problems).toEqual([]);
    expect((await verdict([seen], ran, [30])).problems).toHaveLength(1);
    expect((await verdict([{ ...seen, state: 'TASK_FINISHED' }], ran, [10])).problems).toHaveLength(1);
  });

  it('allows the same of a task of which nobody could tell whether it had begun', async () => {
    const message = 'Its process may have been started, and nobody can tell how it ended';
    const seen = { seen: 't', state: 'TASK_FAILED', message, at: 20 };
    expect(await verdict([seen], {}, [10])).toMatchObject({ problems: [], untold: 1 });
    expect((await verdict([seen], {}, [30])).problems).toHaveLength(1);
  });

  it.each([
    ['a task that ran twice', [failedWith(3)], { t: 'start 1\nend 3\nstart 2\nend 3\n' }, 't ran 2 times'],
    ['a wrong exit code', [failedWith(1)], { t: 'start 1\nend 3\n' }, 't ended with 3'],
    [
      'a success that was a failure',
      [{ seen: 't', state: 'TASK_FINISHED', message: 'Command exited with status 0' }],
      { t: 'start 1\nend 3\n' },
      't ended with 3',
    ],
    ['a task reported lost that ran', [{ seen: 't', state: 'TASK_LOST' }], { t: 'start 1\nend 3\n' }, 't ended with 3'],
    [
      'a task whose end nobody was told',
      [{ seen: 't', state: 'TASK_RUNNING' }],
      { t: 'start 1\nend 3\n' },
      'never told how it ended',
    ],
    ['a success of a task that never ran', [{ seen: 't', state: 'TASK_FINISHED' }], {}, 't never ran'],
    [
      'a run of a task that nobody launched',
      [failedWith(3)],
      { t: 'start 1\nend 3\n', u: 'start 1\n' },
      'u ran, but was never launched',
    ],
    [
      'a task that lives again after its end',
      [failedWith(3), { seen: 't', state: 'TASK_RUNNING' }],
      { t: 'start 1\nend 3\n' },
      'and then TASK_RUNNING',
    ],
  ])('finds %s', async (_what, seen, ran, problem) => {
    expect((await verdict(seen, ran)).problems.join('\n')).toContain(problem);
  });
});

describe('lossProblems()', () => {
  it('allows a storm to cost two fifths of the launches, and no more', () => {
    expect(lossProblems({ launched: 100, neverStarted: 40 })).toEqual([]);
    expect(lossProblems({ launched: 100, neverStarted: 41 })).toEqual([
      '41 of 100 tasks were never started, at most 40 may be',
    ]);
    expect(lossProblems({ launched: 1, neverStarted: 1 })).toHaveLength(1);
  });
});
