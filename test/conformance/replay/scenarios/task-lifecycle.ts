import { mesos, type TaskInfo } from '../../../../proto/index.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, shellTask } from '../work.js';

const DISCOVERY = {
  visibility: mesos.v1.DiscoveryInfo.Visibility.CLUSTER,
  name: 'svc',
  ports: { ports: [{ number: 80, name: 'http', protocol: 'tcp' }] },
};
const ARGV = { shell: false, value: '/bin/sleep', arguments: ['sleep', '0.5'] };
const WITH_ENVIRONMENT = {
  shell: true,
  value: 'test "$FOO" = bar',
  environment: { variables: [{ name: 'FOO', value: 'bar' }] },
};

const TASKS: readonly (readonly [name: string, line: string, more?: Partial<TaskInfo>])[] = [
  ['ok', 'echo out; echo err >&2; sleep 1'],
  ['exit3', 'exit 3'],
  ['signal', 'kill -9 $$'],
  ['nocommand', '/no/such/binary'],
  ['argv', '', { command: ARGV }],
  ['env', '', { command: WITH_ENVIRONMENT }],
  ['labels', 'true', { labels: { labels: [{ key: 'k', value: 'v' }] }, discovery: DISCOVERY }],
];

/** Command tasks that end well, badly, by a signal, and for want of a program. */
export const taskLifecycle: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target);
  for (const [name, line, more] of TASKS) {
    const offer = await framework.offer();
    const id = `life-${name}`;
    recording.answered(`accept ${name}`, await framework.accept(offer, launch(shellTask(offer, id, line, more))));
    recording.saw(`updates ${name}`, documentsOf(await framework.untilTerminal(id)));
  }
};
