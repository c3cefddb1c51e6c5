import { describe, expect, it } from 'vitest';
import { mesos } from '../../proto/index.js';
import { type StateName, status } from '../../scheduler-sdk/testing/index.js';
import { applyStatus } from './apply-status.js';
import { type InstanceState, submissionSchema } from './cli/api.js';
import { createJob, type Instance } from './job.js';

const { REASON_RECONCILIATION, REASON_EXECUTOR_TERMINATED, REASON_INVALID_OFFERS, REASON_MAX_COMPLETION_TIME_REACHED } =
  mesos.v1.TaskStatus.Reason;

/** Where an instance may stand when a status comes. */
const SITUATIONS = {
  launching: { state: 'launching' },
  running: { state: 'running', taskState: 'TASK_RUNNING' },
  retriable: { state: 'running', taskState: 'TASK_RUNNING' },
  dropped: { state: 'launching', drops: 2 },
  strayed: { state: 'launching', strays: 2 },
  unwanted: { state: 'running', taskState: 'TASK_RUNNING', unwanted: true },
  lost: { state: 'lost', taskState: 'TASK_UNKNOWN', failures: 1 },
} as const satisfies Record<string, Partial<Instance>>;
type Situation = keyof typeof SITUATIONS;
type Standing = Exclude<Situation, 'dropped' | 'strayed'>;

/** The next try after so many setbacks, told apart by its number. */
const inSeconds = (setbacks: number) => (setbacks === 0 ? undefined : setbacks * 1_000);

function hears(situation: Situation, state: StateName, extra = {}): Instance {
  const retries = situation === 'retriable' || situation === 'unwanted' ? 1 : 0;
  const job = createJob('j', submissionSchema.parse({ token: 't', name: 'j', command: { shell: ':' }, retries }), 0);
  const base: Instance = {
    index: 0,
    attempt: 1,
    failures: 0,
    drops: 0,
    strays: 0,
    version: 0,
    state: 'launching',
    taskId: 'j.0',
  };
  return applyStatus(
    job,
    { ...base, ...SITUATIONS[situation] },
    status({ taskId: { value: 'j.0' } }, state, extra),
    inSeconds,
  );
}

const TABLE: Record<StateName, Record<Standing, InstanceState>> = {
  //                      the launch went out     it runs                it may be retried      it is unwanted       it was given up
  TASK_STAGING: {
    launching: 'launching',
    running: 'running',
    retriable: 'running',
    unwanted: 'running',
    lost: 'launching',
  },
  TASK_STARTING: {
    launching: 'launching',
    running: 'running',
    retriable: 'running',
    unwanted: 'running',
    lost: 'launching',
  },
  TASK_RUNNING: {
    launching: 'running',
    running: 'running',
    retriable: 'running',
    unwanted: 'running',
    lost: 'running',
  },
  TASK_KILLING: {
    launching: 'running',
    running: 'running',
    retriable: 'running',
    unwanted: 'running',
    lost: 'running',
  },
  TASK_UNREACHABLE: {
    launching: 'running',
    running: 'running',
    retriable: 'running',
    unwanted: 'running',
    lost: 'running',
  },
  TASK_FINISHED: {
    launching: 'finished',
    running: 'finished',
    retriable: 'finished',
    unwanted: 'finished',
    lost: 'finished',
  },
  TASK_KILLED: { launching: 'killed', running: 'killed', retriable: 'killed', unwanted: 'killed', lost: 'killed' },
  TASK_FAILED: { launching: 'failed', running: 'failed', retriable: 'waiting', unwanted: 'failed', lost: 'failed' },
  TASK_ERROR: { launching: 'failed', running: 'failed', retriable: 'failed', unwanted: 'failed', lost: 'failed' },
  TASK_DROPPED: { launching: 'waiting', running: 'waiting', retriable: 'waiting', unwanted: 'killed', lost: 'waiting' },
  TASK_LOST: { launching: 'lost', running: 'lost', retriable: 'waiting', unwanted: 'lost', lost: 'lost' },
  TASK_GONE: { launching: 'lost', running: 'lost', retriable: 'waiting', unwanted: 'lost', lost: 'lost' },
  TASK_GONE_BY_OPERATOR: { launching: 'lost', running: 'lost', retriable: 'waiting', unwanted: 'lost', lost: 'lost' },
  TASK_UNKNOWN: { launching: 'lost', running: 'lost', retriable: 'waiting', unwanted: 'lost', lost: 'lost' },
};

const rows = Object.entries(TABLE).flatMap(([state, row]) =>
  Object.entries(row).map(([situation, becomes]) => [situation as Situation, state as StateName, becomes] as const),
);

describe('applyStatus()', () => {
  it.each(rows)('an instance that is %s and hears %s is %s', (situation, state, becomes) => {
    expect(hears(situation, state).state).toBe(becomes);
  });

  it('knows every task state there is', () => {
    expect(Object.keys(TABLE).sort()).toEqual(
      Object.keys(mesos.v1.TaskState)
        .filter((name) => name.startsWith('TASK_'))
        .sort(),
    );
  });

  it.each(['TASK_GONE', 'TASK_UNKNOWN', 'TASK_LOST'] as const)(
    'starts again, at no cost, what a reconciliation says was never started: %s',
    (state) => {
      expect(hears('launching', state, { reason: REASON_RECONCILIATION })).toMatchObject({
        state: 'waiting',
        failures: 0,
      });
      expect(hears('running', state, { reason: REASON_RECONCILIATION }).state).toBe('lost');
    },
  );

  it('takes the third launch in a row that agents drop for a failure, and says what they said', () => {
    const said = { reason: REASON_EXECUTOR_TERMINATED, message: 'No such user' };
    expect(hears('launching', 'TASK_DROPPED', said)).toMatchObject({ state: 'waiting', drops: 1, nextTryAtMs: 1_000 });
    expect(hears('dropped', 'TASK_DROPPED', said)).toMatchObject({
      state: 'failed',
      failures: 1,
      message: 'No such user',
    });
    expect(hears('dropped', 'TASK_RUNNING').drops).toBe(0);
  });

  it('takes a launch that was lost on its way for no failure, however often, but waits from the second time on', () => {
    const said = { reason: REASON_INVALID_OFFERS };
    expect(hears('launching', 'TASK_DROPPED', said)).not.toHaveProperty('nextTryAtMs');
    expect(hears('dropped', 'TASK_DROPPED', said)).toMatchObject({ state: 'waiting', failures: 0 });
    expect(hears('strayed', 'TASK_DROPPED', said)).toMatchObject({ state: 'waiting', strays: 3, nextTryAtMs: 2_000 });
  });

  it('counts the end of its time as a failure', () => {
    const extra = { reason: REASON_MAX_COMPLETION_TIME_REACHED };
    expect(hears('running', 'TASK_KILLED', extra)).toMatchObject({ state: 'failed', failures: 1 });
    expect(hears('retriable', 'TASK_KILLED', extra).state).toBe('waiting');
  });

  it.each([
    ['Command exited with status 3', { exitCode: 3 }],
    ['Command terminated with signal Killed', { signal: 9 }],
    ['Command terminated with signal Segmentation fault (core dumped)', { signal: 11 }],
    ['Command terminated with signal Unknown signal 40', { signal: 40 }],
    ['Container could not be launched', {}],
  ])('reads the ending from "%s"', (message, ending) => {
    const { exitCode, signal } = hears('running', 'TASK_FAILED', { message });
    expect({ ...(exitCode !== undefined && { exitCode }), ...(signal !== undefined && { signal }) }).toEqual(ending);
  });

  it.each(['finished', 'failed', 'killed'] as const)(
    'leaves alone what is %s, whatever is said of it later',
    (state) => {
      const job = createJob(
        'j',
        submissionSchema.parse({ token: 't', name: 'j', command: { shell: ':' }, retries: 3 }),
        0,
      );
      const ended: Instance = {
        index: 0,
        attempt: 1,
        failures: 0,
        drops: 0,
        strays: 0,
        version: 0,
        state,
        taskId: 'j.0',
      };
      for (const said of Object.keys(TABLE) as StateName[])
        expect(applyStatus(job, ended, status({ taskId: { value: 'j.0' } }, said), inSeconds)).toBe(ended);
    },
  );

  it('forgets where an attempt was that is started again, but not what it said', () => {
    const instance = hears('retriable', 'TASK_FAILED', { message: 'Command exited with status 3' });
    expect(instance).toMatchObject({ state: 'waiting', message: 'Command exited with status 3' });
    expect(instance).not.toHaveProperty('taskId');
  });
});

describe('how an instance ended', () => {
  it.each([
    ['TASK_FINISHED', 'Command exited with status 0', { exitCode: 0 }],
    ['TASK_FAILED', 'Command exited with status 3', { exitCode: 3 }],
    ['TASK_FAILED', 'Command terminated with signal Killed', { signal: 9 }],
    ['TASK_KILLED', 'Command terminated with signal Terminated', { signal: 15 }],
  ] as const)('is read from %s: %s', (state, message, ending) => {
    const { exitCode, signal } = hears('running', state, { message });
    expect({ exitCode, signal }).toEqual({ exitCode: undefined, signal: undefined, ...ending });
  });
});
