import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandUri, mesos, type TaskStatus } from '../../proto/index.js';
import { RealCluster } from '../support/real-cluster.js';
import { TaskDriver } from '../support/task-driver.js';

/** One member, `zipped`, that holds `from the zip`. */
const ZIP =
  'UEsDBBQAAAAAAAAAIQC13X7eDAAAAAwAAAAGAAAAemlwcGVkZnJvbSB0aGUgemlwUEsBAhQDFAAAAAAAAAAhALXdft4MAAAADAAAAAYAAAAAAAAAAAAAAKQBAAAAAHppcHBlZFBLBQYAAAAAAQABADQAAAAwAAAAAAA=';

let cluster: RealCluster;
let driver: TaskDriver;
let server: Server;
let files: string;
const asked: string[] = [];

beforeAll(async () => {
  cluster = await RealCluster.start();
  files = join(cluster.folder, 'files');
  mkdirSync(files);
  chmodSync(cluster.folder, 0o755);
  writeFileSync(join(files, 'plain.txt'), 'plain');
  writeFileSync(join(files, 'tool'), '#!/bin/sh\necho the tool ran\n');
  writeFileSync(join(files, 'packed'), 'from the archive');
  execFileSync('tar', ['czf', join(files, 'a.tar.gz'), '-C', files, 'packed']);
  writeFileSync(join(files, 'a.zip'), Buffer.from(ZIP, 'base64'));
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/web.txt')) response.end('from the web');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  driver = new TaskDriver(cluster.masterAddress, 'fetcher');
});
afterAll(async () => {
  await driver?.[Symbol.asyncDispose]();
  server?.close();
  await cluster?.[Symbol.asyncDispose]();
});

const web = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
let count = 0;

/** Runs a shell line with files fetched for it, and gives what it printed and how it ended. */
async function run(value: string, ...uris: CommandUri[]): Promise<{ output: string; end: TaskStatus | undefined }> {
  const id = `fetch-${count++}`;
  await driver.until('an offer', () => driver.offers.length > 0);
  driver.launch(new Map([[id, '']]), 0.1, 32, {}, { value, uris });
  await driver.ended([id]);
  const agents = join(cluster.folder, 'agent-1/slaves');
  const [agent = ''] = readdirSync(agents).filter((name) => name !== 'latest');
  const executor = join(agents, agent, 'frameworks', driver.client.frameworkId ?? '', 'executors', id);
  const output = readFileSync(join(executor, 'runs/latest/stdout'), { encoding: 'utf8', flag: 'a+' });
  return { output, end: driver.times.get(id)?.end };
}

describe('a task on a real agent has the files that its command names', () => {
  const local = (name: string) => join(files, name);

  it('by path, by file address and from the web', async () => {
    const uris = [
      { value: local('plain.txt') },
      { value: `file://${local('packed')}` },
      { value: web('/web.txt?x=1') },
    ];
    expect((await run('cat plain.txt packed web.txt', ...uris)).output).toBe('plainfrom the archivefrom the web');
  });

  it('unpacked, and the archive beside it', async () => {
    const line = 'cat packed zipped; ls a.tar.gz a.zip';
    expect((await run(line, { value: local('a.tar.gz') }, { value: local('a.zip') })).output).toBe(
      'from the archivefrom the zipa.tar.gz\na.zip\n',
    );
  });

  it('packed when told so', async () => {
    expect((await run('ls', { value: local('a.tar.gz'), extract: false })).output).toBe('a.tar.gz\nstderr\nstdout\n');
  });

  it('executable, and under the name it asks for', async () => {
    const uri = { value: local('tool'), executable: true, outputFile: 'bin/mine' };
    expect((await run('./bin/mine', uri)).output).toBe('the tool ran\n');
  });

  it('from the cache, fetched once for all', async () => {
    asked.length = 0;
    const uri = { value: web('/web.txt?cached'), cache: true };
    for (let round = 0; round < 3; round++) expect((await run('cat web.txt', uri)).output).toBe('from the web');
    expect(asked).toEqual(['/web.txt?cached']);
  });

  it('or fails as the original does, and says which file and why', async () => {
    const cases = [
      [{ value: local('missing') }, "Failed to fetch '.*/missing': ENOENT"],
      [{ value: web('/gone') }, "Failed to fetch 'http.*/gone': server answered 404, 200 is wanted"],
    ] as const;
    for (const [uri, why] of cases) {
      const { end } = await run('true', uri);
      expect(end).toMatchObject({
        state: mesos.v1.TaskState.TASK_FAILED,
        reason: mesos.v1.TaskStatus.Reason.REASON_CONTAINER_LAUNCH_FAILED,
        source: mesos.v1.TaskStatus.Source.SOURCE_AGENT,
      });
      const id = '[0-9a-f-]{36}';
      expect(end?.message).toMatch(
        new RegExp(`^Failed to launch container: Failed to fetch all URIs for container '${id}': ${why}`),
      );
    }
  });
});
