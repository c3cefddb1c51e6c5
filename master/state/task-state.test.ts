import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mesos } from '../../proto/index.js';
import { isLegalMove, isRemovable, isTerminal } from './task-state.js';

const { TaskState } = mesos.v1;
const all = Object.values(TaskState).filter((state): state is mesos.v1.TaskState => typeof state === 'number');

describe('the task state machine', () => {
  it('lets no update follow an end', () => {
    for (const from of all.filter(isTerminal)) for (const to of all) expect(isLegalMove(from, to)).toBe(false);
  });

  it('lets every live task end, and say the same again', () => {
    const live = [TaskState.TASK_STAGING, TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_KILLING];
    for (const from of live) {
      expect(isLegalMove(from, from)).toBe(true);
      for (const to of all.filter(isTerminal)) expect(isLegalMove(from, to)).toBe(true);
    }
  });

  it('takes any first update but one that only a master makes', () => {
    expect(isLegalMove(undefined, TaskState.TASK_RUNNING)).toBe(true);
    expect(isLegalMove(undefined, TaskState.TASK_UNREACHABLE)).toBe(false);
  });

  it('never goes back', () => {
    expect(isLegalMove(TaskState.TASK_RUNNING, TaskState.TASK_STARTING)).toBe(false);
    expect(isLegalMove(TaskState.TASK_KILLING, TaskState.TASK_RUNNING)).toBe(false);
  });

  it('counts what is out of sight as removable, not as ended', () => {
    fc.assert(fc.property(fc.constantFrom(...all), (state) => !isTerminal(state) || isRemovable(state)));
    expect(isTerminal(TaskState.TASK_UNREACHABLE)).toBe(false);
    expect(isRemovable(TaskState.TASK_UNREACHABLE)).toBe(true);
  });
});
