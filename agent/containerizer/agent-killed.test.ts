import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecoveredContainer } from './containerizer.js';
import { SOURCE_HOOK } from './spawner/program.js';
import { Host, until } from './testing/host.js';

const PROGRAM = fileURLToPath(new URL('testing/agent-process.ts', import.meta.url));

let host: Host;

beforeEach(() => {
  host = Host.create();
});

afterEach(() => host.dispose());

/** Starts an agent process and gives what it prints, the ids of what it launches. */
function startAgentProcess(): { readonly child: ChildProcess; readonly ids: () => string[] } {
  const args = ['--disable-warning=ExperimentalWarning', '--import', SOURCE_HOOK, PROGRAM, host.root];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, ids: () => text.split('\n').slice(0, -1) };
}

const runsOf = (id: string) => {
  const path = join(host.root, `ran-${id}`);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
};

describe('an agent killed while it launches', () => {
  it.each([1, 7, 40, 120])(
    'after %d launches, loses no container and no exit, and nothing runs twice',
    async (launches) => {
      const { child, ids } = startAgentProcess();
      await until('it has launched', () => ids().length >= launches);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));

      const agent = await host.startAgent();
      const found = await agent.recover(ids());
      expect([...found.keys()]).toEqual(ids());
      for (const [index, id] of ids().entries()) {
        const container = found.get(id) as RecoveredContainer;
        if (container.state === 'never-started') {
          expect(runsOf(id)).toBe(0);
          const spec = { ...host.container(`echo run >> ../../ran-${id}; exit ${index % 200}`, id) };
          await agent.pidOf(spec);
        }
        expect(await agent.exitOf(id)).toEqual({ kind: 'exited', code: index % 200 });
        expect(runsOf(id)).toBe(1);
      }
    },
  );
});
