import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Host, until } from './testing/host.js';

let host: Host;

beforeEach(() => {
  host = Host.create();
});

afterEach(() => host.dispose());

describe('a spawner killed while it launches', () => {
  it.each([1, 25, 60])(
    'after %d starts: every container is told of, none runs twice, and no exit is invented',
    async (starts) => {
      const agent = await host.startAgent();
      await agent.recover([]);
      const specs = Array.from({ length: 80 }, () => host.container('echo run >> ran; exit 9'));
      let started = 0;
      const outcomes = specs.map(async (spec) => {
        const outcome = await agent.launch(spec);
        if (++started === starts) for (const spawner of host.spawners()) process.kill(spawner, 'SIGKILL');
        return outcome;
      });
      for (const [index, spec] of specs.entries()) {
        const outcome = await outcomes[index];
        const path = join(spec.directory, 'ran');
        const runs = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);
        if (outcome && 'pid' in outcome) {
          const exit = await agent.exitOf(spec.containerId);
          expect([{ kind: 'exited', code: 9 }, { kind: 'unknown' }]).toContainEqual(exit);
          if (exit?.kind === 'exited') expect(runs()).toBe(1);
        } else expect(outcome).toMatchObject({ phase: 'start' });
        expect(runs()).toBeLessThanOrEqual(1);
      }
      expect([...agent.exits.values()].every((exits) => exits.length === 1)).toBe(true);
      await until('one spawner is left', () => host.spawners().length === 1);
    },
  );
});
