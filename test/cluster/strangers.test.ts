import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandInfo, mesos } from '../../proto/index.js';
import { RealCluster } from '../support/real-cluster.js';
import { TaskDriver } from '../support/task-driver.js';
import { until } from '../support/until.js';

/** Secrets where users put them. None may be seen outside the task. */
const CANARIES = { environment: 'canary-in-variable', flag: 'canary-in-flag', uri: 'canary-in-uri' };

let cluster: RealCluster;
let driver: TaskDriver;
let agent: string;
let virtual: string;

beforeAll(async () => {
  cluster = await RealCluster.start({
    agentFlags: [`--executor_environment_variables={"PATH":"/usr/bin:/bin","TOKEN":"${CANARIES.flag}"}`],
  });
  const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
  const info = getAgents?.agents?.[0]?.agentInfo;
  agent = `${info?.hostname}:${info?.port}`;
  driver = new TaskDriver(cluster.masterAddress, 'stranger');
  await launch('fails', { value: 'echo $TOKEN; exit 1' });
  await launch('fetches', {
    value: 'true',
    uris: [{ value: `http://me:${CANARIES.uri}@127.0.0.1:1/x?${CANARIES.uri}` }],
  });
  await launch('no-program', { shell: false, value: '/no/such/program' });
  await driver.ended(['fails', 'fetches', 'no-program']);
  await launch('hostile', { value: HOSTILE });
  await driver.until('the task to run', () => driver.times.get('hostile')?.runningMs !== undefined);
  virtual = `/frameworks/${driver.client.frameworkId}/executors/hostile/runs/latest`;
  await until('the traps to be laid', async () =>
    (await post('LIST_FILES', { list_files: { path: virtual } })).includes('ready'),
  );
});
afterAll(async () => {
  await driver?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

/** A task that lays traps for whoever reads its sandbox, and keeps swapping a file for a link. */
const HOSTILE = `
ln -s /etc/passwd link; ln -s / root; ln -s ../../../../../../../.. up; mkfifo fifo; ln -s fifo to-fifo; ln -s /proc/self/environ environ
touch ready
while :; do echo harmless > swapped.new; mv -f swapped.new swapped; ln -sfn /etc/passwd swapped; done`;

async function launch(id: string, command: CommandInfo): Promise<void> {
  await driver.until('an offer', () => driver.offers.length > 0);
  const environment = { variables: [{ name: 'SECRET', value: CANARIES.environment }] };
  driver.launch(new Map([[id, '']]), 0.1, 32, {}, { ...command, environment });
}

async function post(type: string, member: object = {}, address = agent): Promise<string> {
  const answer = await fetch(`http://${address}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type, ...member }),
    signal: AbortSignal.timeout(5_000),
  });
  return `${answer.status} ${await answer.text()}`;
}

const read = (path: string) => post('READ_FILE', { read_file: { path: `${virtual}/${path}`, offset: 0 } });

describe('the files API gives a stranger nothing but what lies in a sandbox', () => {
  it.each([
    'link',
    'root/etc/passwd',
    'up/etc/passwd',
    'fifo',
    'to-fifo',
    'environ',
    '../../../../../../../etc/passwd',
  ])('not %s', async (path) => {
    expect(await read(path)).toBe('404 ');
  });

  it.each(['root', 'up', 'root/proc', '..', '../../../../../..'])('no listing of %s', async (path) => {
    expect(await post('LIST_FILES', { list_files: { path: `${virtual}/${path}` } })).toBe('404 ');
  });

  it('not what a file is swapped for between a look and the opening', async () => {
    const answers = new Set<string>();
    for (let round = 0; round < 20; round++) {
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => read('swapped')))) answers.add(answer);
    }
    answers.delete('404 ');
    for (const answer of answers) expect('harmless\n').toContain(dataOf(answer)); // all of it, or what is there yet
  });
});

/** The file's content in an answer to READ_FILE. */
function dataOf(answer: string): string {
  const { read_file } = JSON.parse(answer.slice(4)) as { read_file: { data?: string } };
  return Buffer.from(read_file.data ?? '', 'base64').toString();
}

describe('secrets stay with the task', () => {
  const shown = async () => {
    const answers = [cluster.masterAddress, agent].flatMap((address) => [
      ...['/flags', '/state'].map(async (path) => await (await fetch(`http://${address}${path}`)).text()),
      ...['GET_FLAGS', 'GET_STATE', 'GET_TASKS', 'GET_EXECUTORS'].map((type) => post(type, {}, address)),
    ]);
    const logs = [cluster.master, ...cluster.agents].map(({ logFile }) => readFileSync(logFile, 'utf8'));
    const statuses = driver.statuses.map((status) => JSON.stringify(status));
    return [...(await Promise.all(answers)), ...logs, ...statuses].join('\n');
  };

  it.each(Object.entries(CANARIES))('of the %s', async (_, canary) => {
    expect(await shown()).not.toContain(canary);
  });

  it('but reach the task', async () => {
    const path = `${virtual.replace('hostile', 'fails')}/stdout`;
    expect(dataOf(await post('READ_FILE', { read_file: { path, offset: 0 } }))).toBe(`${CANARIES.flag}\n`);
  });
});

describe('what the daemons write', () => {
  const mode = (...path: string[]) => statSync(join(cluster.folder, ...path)).mode & 0o777;
  const filesIn = (...path: string[]) => readdirSync(join(cluster.folder, ...path)).map((name) => [...path, name]);

  it('is the registry: for the master alone', () => {
    expect(mode('master').toString(8)).toBe('700');
  });

  it('are checkpoints, sockets and records: for the agent alone', () => {
    for (const folder of ['meta', 'run', 'fetch-cache/cached', 'fetch'].filter((name) => exists('agent-1', name))) {
      expect([folder, mode('agent-1', folder).toString(8)]).toEqual([folder, '700']);
    }
    for (const file of filesIn('agent-1', 'run')) {
      if (statSync(join(cluster.folder, ...file)).isFile()) expect([file, mode(...file) & 0o077]).toEqual([file, 0]);
    }
  });

  it('are sandboxes: for their owner and group', () => {
    const [id = ''] = readdirSync(join(cluster.folder, 'agent-1/slaves')).filter((name) => name !== 'latest');
    const executor = [
      'agent-1/slaves',
      id,
      'frameworks',
      driver.client.frameworkId ?? '',
      'executors/hostile/runs/latest',
    ];
    expect(mode(...executor).toString(8)).toBe('750');
  });

  const exists = (...path: string[]) => {
    try {
      return statSync(join(cluster.folder, ...path)).isDirectory();
    } catch {
      return false;
    }
  };
});
