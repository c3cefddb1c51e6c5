import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type CommandInfo, mesos } from '../../proto/index.js';
import { commandLineOf } from '../containerizer/command-line.js';
import { withRlimits } from './rlimits.js';

const { Type } = mesos.v1.RLimitInfo.RLimit;
const limited = (...rlimits: mesos.v1.RLimitInfo.RLimit.$Properties[]) => ({
  type: mesos.v1.ContainerInfo.Type.MESOS,
  rlimitInfo: { rlimits },
});

async function run(command: CommandInfo): Promise<string> {
  const { file, argv } = commandLineOf(command);
  return (await promisify(execFile)(file, argv.slice(1))).stdout;
}

const SHOW = 'ulimit -S -n; ulimit -H -n; ulimit -S -c';

describe('withRlimits()', () => {
  it('lets a command run under its limits, and be the process that was started', async () => {
    const container = limited(
      { type: Type.RLMT_NOFILE, soft: 100, hard: 200 },
      { type: Type.RLMT_CORE, soft: 0, hard: 0 },
    );
    expect(await run(withRlimits({ value: SHOW }, container))).toBe('100\n200\n0\n');
    const argv = withRlimits({ shell: false, value: '/bin/sh', arguments: ['sh', '-c', 'ulimit -S -n'] }, container);
    expect(await run(argv)).toBe('100\n');
  });

  it('takes a limit without values for none, and huge ones too', () => {
    const none = { type: Type.RLMT_CPU };
    const infinite = { type: Type.RLMT_AS, soft: 2 ** 64, hard: 2 ** 64 };
    expect(withRlimits({ value: 'true' }, limited(none, infinite)).arguments).toEqual([
      'prlimit',
      '--cpu=unlimited:unlimited',
      '--as=unlimited:unlimited',
      '--',
      '/bin/sh',
      '-c',
      'true',
    ]);
  });

  it('leaves a command without limits alone, and keeps its user, variables and files', () => {
    const command = { value: 'true', user: 'u', uris: [{ value: 'x' }] };
    expect(withRlimits(command, undefined)).toBe(command);
    expect(withRlimits(command, limited({ type: Type.RLMT_CPU }))).toMatchObject({ user: 'u', uris: [{ value: 'x' }] });
  });
});
