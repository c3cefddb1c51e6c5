import { describe, expect, it } from 'vitest';
import { type InstanceView, type JobView, submissionSchema } from '../../frameworks/jobs/cli/api.js';
import type { JobsClient } from '../../frameworks/jobs/cli/client.js';
import type { ReadPiece, Sandbox } from '../cluster/sandbox.js';
import type { Terminal } from '../output/printer.js';
import { createStyle } from '../output/style.js';
import { describeJob, exitCodeOfJob, followJob } from './follow-job.js';

const nowhere = { write: () => {}, writeBytes: () => {}, isTerminal: false };
const terminal: Terminal = { out: { ...nowhere, columns: undefined }, err: nowhere, style: createStyle(false) };

function view(version: number, instances: InstanceView[], count = instances.length): JobView {
  const counts: Record<string, number> = {};
  for (const { state } of instances) counts[state] = (counts[state] ?? 0) + 1;
  const open = instances.some(({ state }) => ['waiting', 'launching', 'running'].includes(state));
  const state = open ? 'running' : instances.every((each) => each.state === 'finished') ? 'finished' : 'failed';
  const submission = submissionSchema.parse({ token: 't', name: 'j', command: { shell: ':' }, count });
  return { id: 'j', name: 'j', version, state, submittedAtMs: 0, counts, submission, instances };
}

const running = (index: number): InstanceView => ({
  ...{ index, attempt: 1, state: 'running', taskId: `j.${index}` },
  ...{ agentAddress: 'a:1', containerId: `c${index}` },
});
const ended = (index: number, state: InstanceView['state'], how: Partial<InstanceView> = {}): InstanceView => ({
  ...running(index),
  state,
  ...how,
});

/** A framework that gives these views one after the other. */
function jobsThatSay(...views: JobView[]): JobsClient {
  const explanation = { subject: 'j', placed: false, summary: 'no', agentsSeen: 0, reasons: [] };
  const refuse = () => Promise.reject(new Error('not asked here'));
  return {
    job: async () => ({ ok: true, value: views.shift() ?? view(99, []) }),
    explain: async () => ({ ok: true, value: explanation }),
    ...{ submit: refuse, jobs: refuse, killJob: refuse, killTask: refuse },
  };
}

const filesOf =
  (text: (taskId: string, file: string) => string) =>
  ({ executorId }: Sandbox): ReadPiece =>
  async (file, offset) => {
    const bytes = Buffer.from(text(executorId, file));
    return { data: bytes.subarray(offset), size: bytes.length };
  };

async function follow(first: JobView, views: JobView[], text: (taskId: string, file: string) => string = () => '') {
  const out: string[] = [];
  const outputs = {
    stdout: (data: Uint8Array) => void out.push(`out: ${Buffer.from(data)}`),
    stderr: (data: Uint8Array) => void out.push(`err: ${Buffer.from(data)}`),
  };
  const last = await followJob(jobsThatSay(...views), first, outputs, terminal, undefined, filesOf(text));
  return { last, out };
}

describe('followJob()', () => {
  it('copies both streams of a task to their end', async () => {
    const { last, out } = await follow(
      view(1, [running(0)]),
      [view(2, [ended(0, 'finished')])],
      (_taskId, file) => `from ${file}`,
    );
    expect(out.sort()).toEqual(['err: from stderr', 'out: from stdout']);
    expect(last.state).toBe('finished');
  });

  it('puts the id of its task before each line when there are several', async () => {
    const { out } = await follow(
      view(1, [running(0), running(1)]),
      [view(2, [ended(0, 'finished'), ended(1, 'finished')])],
      (_taskId, file) => (file === 'stdout' ? 'a\nb' : ''),
    );
    expect(out.join('').replaceAll('out: ', '').split('\n').filter(Boolean).sort()).toEqual([
      'j.0 | a',
      'j.0 | b',
      'j.1 | a',
      'j.1 | b',
    ]);
  });

  it('keeps what it knows of instances that did not change', async () => {
    const { last } = await follow(view(1, [running(0), running(1)]), [
      { ...view(2, [running(0), ended(1, 'finished')]), instances: [ended(1, 'finished')] },
      { ...view(3, [ended(0, 'failed'), ended(1, 'finished')]), instances: [ended(0, 'failed', { exitCode: 4 })] },
    ]);
    expect(last.instances?.map(({ state }) => state)).toEqual(['failed', 'finished']);
    expect(exitCodeOfJob(last)).toBe(4);
  });

  it.each([
    ['waiting', 7],
    ['running', 6],
  ] as const)('past its time with a task that is %s fails with %i', async (state, exitCode) => {
    const first = view(1, [ended(0, state)]);
    const outputs = { stdout: () => {}, stderr: () => {} };
    const late = followJob(
      jobsThatSay(),
      first,
      outputs,
      terminal,
      performance.now() - 1,
      filesOf(() => ''),
    );
    await expect(late).rejects.toMatchObject({ exitCode });
  });
});

describe('describeJob()', () => {
  const nowMs = 1_000_000;
  const waiting = (index: number, how: Partial<InstanceView>) => ended(index, 'waiting', how);

  it('says when an instance that failed is tried again, the soonest of several, and after what', () => {
    const job = view(1, [
      waiting(0, { nextTryAtMs: nowMs + 9_000, message: 'later' }),
      waiting(1, { nextTryAtMs: nowMs + 3_500, message: 'No such user' }),
    ]);
    expect(describeJob(job, nowMs)).toBe('j: 2 waiting; next try in 4 s: No such user');
  });

  it('says nothing of a try whose time has come, nor of what runs', () => {
    expect(describeJob(view(1, [waiting(0, { nextTryAtMs: nowMs })]), nowMs)).toBe('j: waiting');
    expect(describeJob(view(1, [running(0)]), nowMs)).toBe('j: running');
  });
});

describe('exitCodeOfJob()', () => {
  it.each([
    [[ended(0, 'finished')], 0],
    [[ended(0, 'failed', { exitCode: 3 })], 3],
    [[ended(0, 'finished'), ended(1, 'failed', { exitCode: 3 }), ended(2, 'failed', { exitCode: 4 })], 3],
    [[ended(0, 'failed', { signal: 9 })], 137],
    [[ended(0, 'killed')], 143],
    [[ended(0, 'killed', { signal: 2 })], 130],
    [[ended(0, 'lost')], 125],
    [[ended(0, 'failed')], 125], // the message did not say how it ended
  ])('%j is %i', (instances, code) => {
    expect(exitCodeOfJob(view(1, instances))).toBe(code);
  });
});
