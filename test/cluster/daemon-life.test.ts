import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, NODE } from '../support/daemon.js';
import { RealCluster } from '../support/real-cluster.js';
import { until } from '../support/until.js';

const IDLE_AGENT_MIB = 100;

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.start();
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a daemon that is expected to leave by itself. */
function runDaemon(script: string, ...args: string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(NODE, [resolve('dist', script), ...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

describe('a daemon', () => {
  it.each(['master/main.js', 'agent/main.js'])('%s prints its help and its version', async (script) => {
    expect(await runDaemon(script, '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--work_dir') });
    expect((await runDaemon(script, '--version')).stdout).toMatch(/^meseta \d+\.\d+\.\d+/);
  });

  it.each(['master/main.js', 'agent/main.js'])(
    '%s tells every wrong flag at once and leaves with 2',
    async (script) => {
      const ended = await runDaemon(script, '--port=many', '--no_such_flag=1', `--work_dir=${cluster.folder}/wrong`);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/--port must be .*got "many"/);
      expect(ended.stderr).toContain('--no_such_flag');
      expect(ended.stderr).not.toContain('    at ');
    },
  );

  it('names a taken port and what to do', async () => {
    const [host, port] = cluster.masterAddress.split(':');
    const ended = await runDaemon(
      'master/main.js',
      `--ip=${host}`,
      `--port=${port}`,
      `--work_dir=${cluster.folder}/second`,
    );
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain(
      `Cannot listen on ${host}:${port}: the port is in use, stop the process that holds it or choose another with --port`,
    );
  });

  it('refuses a work directory that another one uses', async () => {
    const ended = await runDaemon(
      'master/main.js',
      '--ip=127.0.0.1',
      `--port=${await freePort()}`,
      `--work_dir=${cluster.folder}/master`,
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(/^Cannot open store .* has it open; stop that one first/);
  });

  it.each([
    ['master/main.js', 'work_dir', '/dev/null/x'],
    ['agent/main.js', 'work_dir', '/proc/x'],
    ['agent/main.js', 'runtime_dir', '/dev/null'],
    ['agent/main.js', 'fetcher_cache_dir', '/proc/x'],
  ])('%s says that --%s cannot be %s, and leaves with 2', async (script, flag, path) => {
    const flags = new Map([
      ['ip', '127.0.0.1'],
      ['port', String(await freePort())],
      ['work_dir', `${cluster.folder}/odd`],
    ]);
    if (script.startsWith('agent')) flags.set('master', cluster.masterAddress);
    flags.set(flag, path);
    const ended = await runDaemon(script, ...[...flags].map(([name, value]) => `--${name}=${value}`));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(new RegExp(`^Cannot use --${flag}, ${path}: .* with --${flag}=PATH$`, 'm'));
  });

  it('ends at the first signal also while its start hangs', async () => {
    const workDir = `${cluster.folder}/hanging`;
    await mkdir(workDir);
    execFileSync('mkfifo', [`${workDir}/registry.sqlite-wal`]); // reading it waits for a writer that never comes
    const port = await freePort();
    const daemon = spawn(NODE, [
      resolve('dist/master/main.js'),
      '--ip=127.0.0.1',
      `--port=${port}`,
      `--work_dir=${workDir}`,
    ]);
    const ended = new Promise((done) => daemon.once('exit', (code, signal) => done([code, signal])));
    await until('the start', () => existsSync(`${workDir}/registry.sqlite`));
    daemon.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it(`is an agent of at most ${IDLE_AGENT_MIB} MiB when idle`, async () => {
    const rollup = await readFile(`/proc/${cluster.agents[0]?.pid}/smaps_rollup`, 'utf8');
    const pssKib = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]);
    expect(pssKib / 1024).toBeLessThan(IDLE_AGENT_MIB);
  });

  it('stops when told, and the other notices and takes it back', async () => {
    const [agent] = cluster.agents;
    await agent?.stop('SIGTERM');
    await agent?.logged('Agent has stopped');
    agent?.start();
    await cluster.registered();
    await cluster.master.stop('SIGTERM');
    await cluster.master.logged('Master has stopped');
    cluster.master.start();
    await cluster.master.logged('Master is listening');
    await cluster.registered();
  });
});
