import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnerArguments } from './spawner/program.js';
import { type ContainerAgent, Host, until } from './testing/host.js';

let host: Host;
let agent: ContainerAgent;

beforeEach(async () => {
  host = Host.create();
  agent = await host.startAgent();
  await agent.recover([]);
});

afterEach(() => host.dispose());

/** Runs a spawner that comes too late, as one does whose agent was killed right after starting it. */
async function comeLate(generation: number): Promise<number> {
  const late = spawn(process.execPath, [...spawnerArguments(), join(host.root, 'run'), String(generation), '1']);
  const [code] = (await once(late, 'exit')) as [number];
  return code;
}

async function expectRecorded(): Promise<void> {
  const spec = host.container('exit 3');
  await agent.pidOf(spec);
  await agent.exitOf(spec.containerId);
  expect(host.recorded(spec)).toContain('"code":3');
}

describe('a spawner that was started beside another', () => {
  it('goes, and does not take the journal from the one that serves', async () => {
    await agent.pidOf(host.container('sleep 60'));
    expect(await comeLate(1)).toBe(0);
    await expectRecorded();
  });

  it('goes even when the generation that it was to be is over', async () => {
    await agent.pidOf(host.container('sleep 60'));
    for (const spawner of host.spawners()) process.kill(spawner, 'SIGKILL');
    await until('the next generation serves', () => host.generations().includes(2) && host.generations().length === 1);
    expect(await comeLate(1)).toBe(0);
    expect(host.generations()).toEqual([2]);
    await expectRecorded();
  });
});
