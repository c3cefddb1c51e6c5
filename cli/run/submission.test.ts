import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { submissionSchema } from '../../frameworks/jobs/cli/api.js';
import { type RunOptions, readRequest } from './submission.js';

const read = async (words: readonly string[], options: RunOptions = {}, afterDashes = false) =>
  (await readRequest(words, afterDashes, options, 'token')).submission;

/** What is wrong, and what the one problem must say. */
const WRONG: ReadonlyArray<readonly [words: string[], options: RunOptions, problem: string]> = [
  [[], {}, 'a command is missing'],
  [[''], {}, 'a command is missing'],
  [['echo', 'hi'], {}, "2 words are not one command: quote them as one shell line ('echo hi')"],
  [['x'], { count: '0' }, '--count must be a whole number from 1, got "0"'],
  [['x'], { count: '1.5' }, '--count must be a whole number from 1, got "1.5"'],
  [['x'], { count: 'many' }, '--count must be a whole number from 1, got "many"'],
  [['x'], { count: '' }, '--count must be a whole number from 1, got ""'],
  [['x'], { cpus: '0' }, '--cpus must be a number of cores above 0, such as 0.5, got "0"'],
  [['x'], { cpus: '-1' }, '--cpus must be a number of cores above 0, such as 0.5, got "-1"'],
  [['x'], { cpus: 'half' }, '--cpus must be a number of cores above 0, such as 0.5, got "half"'],
  [['x'], { cpus: 'Infinity' }, '--cpus must be'],
  [['x'], { mem: '0' }, '--mem must be a number of MiB above 0, got "0"'],
  [['x'], { mem: '64MB' }, '--mem must be a number of MiB above 0, got "64MB"'],
  [['x'], { disk: '-1' }, '--disk must be a number of MiB from 0, got "-1"'],
  [['x'], { ports: '1.2' }, '--ports must be a whole number from 0, got "1.2"'],
  [['x'], { retries: '-1' }, '--retries must be a whole number from 0, got "-1"'],
  [['x'], { maxTime: '10' }, '--max-time must be a duration such as 90s, 10m, 1h or 500ms, got "10"'],
  [['x'], { maxTime: '0secs' }, '--max-time must be a duration'],
  [['x'], { grace: 'soon' }, '--grace must be a duration such as 90s, 10m, 1h or 500ms, got "soon"'],
  [['x'], { timeout: 'bad' }, '--timeout must be a duration such as 90s, 10m, 1h or 500ms, got "bad"'],
  [['x'], { timeout: '0s' }, '--timeout must be a duration'],
  [['x'], { constraint: ['hostname'] }, '--constraint must be FIELD:OPERATOR'],
  [['x'], { constraint: [':UNIQUE'] }, '--constraint must be FIELD:OPERATOR'],
  [['x'], { constraint: ['rack:EQUALS:r1'] }, 'got "rack:EQUALS:r1"'],
  [['x'], { env: ['=x'] }, '--env must be NAME=value, got "=x"'],
  [['x'], { env: ['MESETA_TEST_IS_NOT_SET'] }, '--env MESETA_TEST_IS_NOT_SET names a variable that is not set here'],
  [[], { script: '/does/not/exist' }, '--script cannot be read'],
];

describe('readRequest()', () => {
  it.each(WRONG)('of %j with %j says: %s', async (words, options, problem) => {
    const refused = read(words, options);
    await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(problem) });
    await expect(refused).rejects.not.toThrow(/\n.*\n/);
  });

  it('names every mistake at once', async () => {
    await expect(
      read([], { count: 'x', cpus: '0', retries: 'x', env: ['=x'], grace: '?', timeout: 'bad' }),
    ).rejects.toThrow(/command is missing.*--count.*--cpus.*--env.*--retries.*--grace.*--timeout/s);
  });

  it('takes one word as a line for the shell, and words after dashes as a program', async () => {
    expect((await read(['echo a | wc'])).command).toEqual({ shell: 'echo a | wc' });
    expect((await read(['ls', '-l'], {}, true)).command).toEqual({ argv: ['ls', '-l'] });
    expect((await read(['a b'], {}, true)).command).toEqual({ argv: ['a b'] });
  });

  it.each([
    ['/usr/bin/python3 x.py', 'python3'],
    ['./night.sh --all', 'night'],
    ['  date', 'date'],
    ['$(which x)', 'which'],
    ['???', 'job'],
    ['.profile', 'job'],
  ])('names the job that runs %j %s', async (line, name) => {
    expect((await read([line])).name).toBe(name);
  });

  it('reads constraints, variables and files', async () => {
    const submission = await read(['x'], {
      onePerHost: true,
      constraint: ['rack:like:r[12]:x', 'zone:GROUP_BY'],
      env: ['A=b=c', 'EMPTY='],
      uri: ['https://h/a,b.tgz,no-extract,output=c', 'file:///x,executable,cache'],
    });
    expect(submission).toMatchObject({
      constraints: [
        { field: 'hostname', operator: 'UNIQUE' },
        { field: 'rack', operator: 'LIKE', value: 'r[12]:x' },
        { field: 'zone', operator: 'GROUP_BY' },
      ],
      env: { A: 'b=c', EMPTY: '' },
      uris: [
        { value: 'https://h/a,b.tgz', extract: false, executable: false, outputFile: 'c' },
        { value: 'file:///x', extract: true, executable: true, cache: true },
      ],
    });
  });

  it('carries a script along, with its arguments', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meseta-script-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const script = join(folder, 'night.sh');
    await writeFile(script, 'echo "$1"');
    const { command, name } = await read(['--all'], { script });
    expect(name).toBe('night');
    expect(command).toMatchObject({ argv: expect.arrayContaining(['#!/bin/sh\necho "$1"', '--all']) });
    await writeFile(script, 'x'.repeat(200_000));
    await expect(read([], { script })).rejects.toThrow('--script holds 200000 bytes, wanted at most 102400');
  });

  it('takes durations as people type them', async () => {
    expect(await readRequest(['x'], false, { timeout: '2m', maxTime: '1h', grace: '500ms' }, 'token')).toMatchObject({
      timeoutMs: 120_000,
      submission: { maxSeconds: 3_600, killGraceSeconds: 0.5 },
    });
  });

  it('makes what the framework accepts', async () => {
    const submission = await read(['x'], { cpus: '0.5', mem: '64', disk: '1', ports: '2', count: '3', retries: '1' });
    expect(submissionSchema.parse(submission)).toMatchObject({ cpus: 0.5, mem: 64, disk: 1, ports: 2, count: 3 });
  });
});
