import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { NODE } from '../support/daemon.js';
import { processesOf } from '../support/processes.js';
import { until } from '../support/until.js';

it('a test that is killed leaves no process and no folder of its cluster', async () => {
  const program = ['--import', resolve('scripts/ts-hooks.mjs'), resolve('test/chaos/abandon-cluster.ts')];
  const { MESETA_KEEP: _, ...env } = process.env;
  const test = spawn(NODE, program, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const [folder] = (await once(createInterface({ input: test.stdout }), 'line')) as [string];
  expect(await processesOf(folder)).not.toEqual([]);
  test.kill('SIGKILL');
  await until('its processes to be gone', async () => (await processesOf(folder)).length === 0);
  await until('its folder to be gone', () => !existsSync(folder));
});
