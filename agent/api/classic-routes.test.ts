import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesRoutes } from '../../common/net/http/files-endpoint.js';
import { createRouter } from '../../common/net/http/router.js';
import { silentLogger } from '../../common/runtime/logger.js';
import type { Agent } from '../agent.js';
import { processUsage } from '../containerizer/process-usage.js';
import { sandboxReader } from './sandbox-reader.js';
import { servedFiles } from './served-files.js';

const RUN = '/frameworks/F/executors/E/runs/C';

let workDir: string;
let sandbox: string;
let address: string;
let stop: () => void;

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'classic-'));
  sandbox = join(workDir, 'slaves', 'S0', RUN);
  await mkdir(sandbox, { recursive: true });
  await writeFile(join(sandbox, 'stdout'), 'häl\xfflo\n', { mode: 0o644 });
  await symlink(sandbox, join(sandbox, '..', 'latest'));
  const executor = { id: 'E', framework: { id: 'F', completedExecutors: [] }, directory: sandbox };
  const framework = { executors: new Map([['E', executor]]), completedExecutors: [] };
  const rows = { frameworks: new Map([['F', framework]]), completedFrameworks: [] };
  const agent = { ...rows, id: 'S0', options: { workDir } } as unknown as Agent; // what the files need of it
  const server = createServer(
    createRouter('slave(1)', filesRoutes(servedFiles(agent, sandboxReader(agent))), silentLogger),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = () => {
    server.close();
    server.closeAllConnections();
  };
});
afterEach(async () => {
  stop();
  await rm(workDir, { recursive: true });
});

const ask = (what: string, path: string, more = '') =>
  fetch(`${address}/files/${what}?path=${encodeURIComponent(path)}${more}`);

describe('the files of sandboxes', () => {
  it.each([
    ['the real path', () => sandbox],
    ['the virtual path', () => RUN],
    ['the latest run', () => RUN.replace(/C$/, 'latest')],
  ])('are listed by %s, with owners by name', async (_, path) => {
    const owner = userInfo().username;
    const size = Buffer.byteLength('häl\xfflo\n');
    expect(await (await ask('browse', path())).json()).toMatchObject([
      { path: `${path()}/stdout`, size, nlink: 1, mode: '-rw-r--r--', uid: owner, mtime: expect.any(Number) },
    ]);
  });

  it('are read in pieces whose bytes join to the whole', async () => {
    const pieces: Buffer[] = [];
    for (const more of ['&offset=0&length=2', '&offset=2']) {
      const bytes = Buffer.from(await (await ask('read', `${RUN}/stdout`, more)).arrayBuffer());
      const { data } = JSON.parse(bytes.toString('latin1')) as { data: string };
      pieces.push(Buffer.from(data, 'latin1'));
    }
    expect(Buffer.concat(pieces).toString()).toBe('häl\xfflo\n'); // the first piece ends inside the second letter
  });

  it('tell their size for offset -1', async () => {
    expect(await (await ask('read', `${RUN}/stdout`, '&offset=-1')).json()).toEqual({ data: '', offset: 9 });
  });

  it('are downloaded whole', async () => {
    const answer = await ask('download', `${sandbox}/stdout`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=stdout');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(await answer.text()).toBe('häl\xfflo\n');
  });

  it('are attached under their real path and as the latest run', async () => {
    expect(await (await fetch(`${address}/files/debug`)).json()).toEqual({
      [sandbox]: sandbox,
      [join(sandbox, '..', 'latest')]: sandbox,
      '/frameworks/F/executors/E/runs/latest': sandbox,
    });
  });

  it.each(['browse', 'read', 'download'])('are all that /files/%s shows', async (what) => {
    for (const path of ['/etc/passwd', '/etc', `${RUN}/../../../..`, `${RUN}/nothing`]) {
      const answer = await ask(what, path);
      expect([answer.status, await answer.text()]).toEqual([404, '']);
    }
    expect((await fetch(`${address}/files/${what}`)).status).toBe(400);
  });

  it('refuse an offset that is no number', async () => {
    const answer = await ask('read', `${RUN}/stdout`, '&offset=zz');
    expect([answer.status, await answer.text()]).toEqual([
      400,
      "Failed to parse offset: Failed to convert 'zz' to number.\n",
    ]);
  });
});

describe('processUsage()', () => {
  it('sums up a leader, its children, and what left them but stayed in the session', async () => {
    const script = 'sleep 100 & (sleep 100 &) ; echo ready; wait';
    const leader = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(leader.stdout, 'data');
      const pid = leader.pid ?? 0;
      const usage = (await processUsage([pid])).get(pid);
      expect(usage?.processes).toBeGreaterThanOrEqual(3);
      expect(usage?.rssBytes).toBeGreaterThan(0);
      expect(usage?.userSeconds).toBeGreaterThanOrEqual(0);
    } finally {
      process.kill(-(leader.pid ?? 0), 'SIGKILL');
    }
  });

  it('knows nothing of a process that is gone', async () => {
    expect(await processUsage([2 ** 22 + 1])).toEqual(new Map());
  });
});
