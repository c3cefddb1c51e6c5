import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSandboxPlace } from './sandbox-paths.js';

const place = (path: string) => toSandboxPlace(path, '/var/lib/meseta', 'S0');
const root = '/var/lib/meseta/slaves/S0/frameworks/F/executors/E/runs/C';

describe('toSandboxPlace()', () => {
  it.each([
    ['/frameworks/F/executors/E/runs/C/stdout', '/stdout'],
    [`${root}/stdout`, '/stdout'],
    [`${root}/tasks/t/stderr`, '/tasks/t/stderr'],
    [`${root}/`, ''],
    ['/frameworks/F/executors/E/runs/C', ''],
  ])('finds %s', (path, inside) => {
    expect(place(path)).toEqual({ root, inside });
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '/var/lib/meseta/meta/agent.sqlite',
    '/var/lib/meseta/slaves/S1/frameworks/F/executors/E/runs/C/stdout',
    '/frameworks/F/executors/E/runs',
    '/frameworks/../../meta/executors/E/runs/C/x',
    '/frameworks/F/executors/E/runs/C/../../../x',
    '/frameworks/F/executors/E/runs/C/\0',
    'frameworks/F/executors/E/runs/C/stdout',
  ])('knows no sandbox at %j', (path) => {
    expect(place(path)).toBeUndefined();
  });

  it('knows none before the agent has an id', () => {
    expect(toSandboxPlace('/frameworks/F/executors/E/runs/C/stdout', '/var/lib/meseta', undefined)).toBeUndefined();
  });

  it('never leads outside the folder of this agent', () => {
    const part = fc.constantFrom('..', '.', '', 'frameworks', 'executors', 'runs', 'F', 'slaves', 'S0', 'work');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        const found = place(`/${parts.join('/')}`);
        if (found === undefined) return;
        expect(found.root.startsWith('/var/lib/meseta/slaves/S0/frameworks/')).toBe(true);
        expect(found.inside.split('/')).not.toContain('..');
      }),
    );
  });
});
