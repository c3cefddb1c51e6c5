import { expect, it } from 'vitest';
import { describeExplanation } from './explain.js';

const cpus = { reason: 'cpus', agents: 3, detail: 'not enough cpus' };
const unplaced = { subject: 'big', placed: false, summary: 'a long one', agentsSeen: 3, reasons: [cpus] };

it('says how many agents refuse for which reason', () => {
  expect(describeExplanation(unplaced, 3)).toBe('big: no agent of 3 fits\n      3  cpus: not enough cpus\n');
});

it('says how much of a job is placed', () => {
  const text = describeExplanation({ ...unplaced, instances: { placed: 3, waiting: 1 } }, 3);
  expect(text).toContain('big: 3 of 4 placed, 1 waits: no agent of 3 fits\n');
});

it('tells of agents that had nothing to offer', () => {
  expect(describeExplanation(unplaced, 5)).toContain('2 more registered, with nothing to offer');
});

it('gives the summary alone when there are no reasons', () => {
  const text = describeExplanation({ ...unplaced, reasons: [], summary: 'next try in 4 s: No such user' }, 3);
  expect(text).toBe('big: next try in 4 s: No such user\n');
});
