import { describe, expect, it } from 'vitest';
import type { MasterCall, MasterResponse } from '../../proto/index.js';
import { mesos } from '../../proto/index.js';
import type { Context } from '../context.js';
import { createProgram } from '../program.js';
import { complete } from './complete.js';

const { TASK_RUNNING, TASK_FINISHED } = mesos.v1.TaskState;
const calls = mesos.v1.master.Call.Type;
const task = (id: string, state: number) => ({
  ...{ name: id, taskId: { value: id }, frameworkId: { value: 'F' }, agentId: { value: 'S' }, state },
});
const framework = { frameworkInfo: { name: 'hello', user: 'u', id: { value: 'F' } } };

/** A master that knows two tasks, one agent and one framework; or whatever `call` does. */
function contextWith(call: (call: MasterCall) => Promise<MasterResponse> = answer): Context {
  const unused = () => {
    throw new Error('not used here');
  };
  const master = async () => ({ address: 'm:1', call });
  return { master, masterAddress: unused, list: unused, document: unused, say: unused } as unknown as Context;
}

async function answer({ type }: MasterCall): Promise<MasterResponse> {
  switch (type) {
    case calls.GET_TASKS:
      return { getTasks: { tasks: [task('web.0', TASK_RUNNING)], completedTasks: [task('web.1', TASK_FINISHED)] } };
    case calls.GET_FRAMEWORKS:
      return { getFrameworks: { frameworks: [{ ...framework, active: true, connected: true, recovered: false }] } };
    default:
      return {
        getAgents: { agents: [{ active: true, version: '1.12.0', agentInfo: { hostname: 'h1', id: { value: 'S' } } }] },
      };
  }
}

const words = (line: string, context = contextWith()) => complete(createProgram('0'), line.split(' '), context);

describe('completion', () => {
  it.each([
    ['ta', ['tasks', 'task']],
    ['task ', ['ls', 'show', 'logs', 'kill', 'exec', 'explain', 'help']],
    ['run --ti', ['--timeout']],
    ['tasks --he', ['--help']],
    ['exec ', ['web.0']],
    ['task show ', ['web.0', 'web.1']],
    ['logs web.1', ['web.1']],
    ['agent show ', ['h1']],
    ['framework show h', ['hello']],
    ['tasks --framework ', ['hello']],
    ['tasks -o j', ['json', 'jsonl']],
    ['tasks --color a', ['auto', 'always']],
    ['run ', []],
    ['nonsense more ', []],
  ])('of "%s" is %j', async (line, wanted) => {
    const found = await words(line);
    if (wanted.length === 0) expect(found.filter((word) => word.includes('.'))).toEqual([]);
    else expect(found.sort()).toEqual([...wanted].sort());
  });

  it('is silent when the cluster fails', async () => {
    expect(
      await words(
        'exec ',
        contextWith(() => Promise.reject(new Error('down'))),
      ),
    ).toEqual([]);
  });

  it('does not wait for a cluster that does not answer', async () => {
    expect(
      await words(
        'exec ',
        contextWith(() => new Promise(() => {})),
      ),
    ).toEqual([]);
  });

  it('does not offer what is only for the scripts', async () => {
    expect(await words('completion ')).toEqual([]);
  });
});
