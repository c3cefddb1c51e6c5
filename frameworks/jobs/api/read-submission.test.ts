import { describe, expect, it } from 'vitest';
import { readSubmission } from './read-submission.js';

const good = { token: 't', name: 'job', command: { shell: 'true' } };
const read = (value: unknown) => readSubmission(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const problems = (value: unknown) => {
  const outcome = read(value);
  return outcome.ok ? [] : outcome.problems.map(({ field, message }) => `${field}: ${message}`);
};
const but = (change: object) => ({ ...good, ...change });

/** What is wrong, the field that must be named, what is wanted, and what was given. */
const WRONG: ReadonlyArray<readonly [what: unknown, field: string, wanted: string, given: string]> = [
  ['', '(body)', 'must be JSON', ''],
  ['{"token"', '(body)', 'must be JSON', ''],
  ['null', '(body)', 'must be a JSON object', 'null'],
  ['[]', '(body)', 'must be a JSON object', '[]'],
  ['"text"', '(body)', 'must be a JSON object', '"text"'],
  ['7', '(body)', 'must be a JSON object', '7'],
  [{ name: 'a', command: { shell: ':' } }, 'token', '1 to 100 characters', 'it is missing'],
  [but({ token: '' }), 'token', '1 to 100 characters', '""'],
  [but({ token: 5 }), 'token', '1 to 100 characters', '5'],
  [but({ token: 'x'.repeat(101) }), 'token', '1 to 100 characters', 'xxx'],
  [{ token: 't', command: { shell: ':' } }, 'name', 'letters, digits', 'it is missing'],
  [but({ name: '' }), 'name', 'letters, digits', '""'],
  [but({ name: '-a' }), 'name', 'start with a letter or digit', '"-a"'],
  [but({ name: 'a b' }), 'name', 'letters, digits', '"a b"'],
  [but({ name: 'a/b' }), 'name', 'letters, digits', '"a/b"'],
  [but({ name: '../x' }), 'name', 'letters, digits', '"../x"'],
  [but({ name: 'é' }), 'name', 'letters, digits', '"é"'],
  [but({ name: 'n'.repeat(101) }), 'name', 'at most 100', 'nnn'],
  [but({ name: null }), 'name', 'letters, digits', 'null'],
  [{ token: 't', name: 'a' }, 'command', '{"shell"', 'it is missing'],
  [but({ command: 'true' }), 'command', '{"shell"', '"true"'],
  [but({ command: {} }), 'command', '{"shell"', '{}'],
  [but({ command: { shell: '' } }), 'command.shell', 'a line for /bin/sh', 'got ""'],
  [but({ command: { argv: [] } }), 'command', '{"argv"', '{"argv":[]}'],
  [but({ command: { argv: [''] } }), 'command.argv.0', 'a program', 'got ""'],
  [but({ command: { argv: ['a', 1] } }), 'command', '{"argv"', '{"argv":["a",1]}'],
  [but({ command: { argv: 'a' } }), 'command', '{"argv"', '{"argv":"a"}'],
  [but({ command: { shell: 'a', argv: ['a'] } }), 'command', '{"shell"', '{"shell":"a","argv":["a"]}'],
  [but({ count: 0 }), 'count', 'whole number from 1 to 10000', 'got 0'],
  [but({ count: -3 }), 'count', 'whole number from 1', 'got -3'],
  [but({ count: 1.5 }), 'count', 'whole number from 1', 'got 1.5'],
  [but({ count: 10_001 }), 'count', 'whole number from 1 to 10000', 'got 10001'],
  [but({ count: '2' }), 'count', 'whole number from 1', 'got "2"'],
  [but({ count: null }), 'count', 'whole number from 1', 'got null'],
  [but({ cpus: 0 }), 'cpus', 'number of cores from 0.001', 'got 0'],
  [but({ cpus: -1 }), 'cpus', 'number of cores', 'got -1'],
  [but({ cpus: 0.0001 }), 'cpus', 'number of cores from 0.001', 'got 0.0001'],
  [but({ cpus: 'one' }), 'cpus', 'number of cores', 'got "one"'],
  [but({ cpus: 1e9 }), 'cpus', 'to 1000000', 'got 1000000000'],
  [but({ mem: 0 }), 'mem', 'number of MiB', 'got 0'],
  [but({ mem: '64MB' }), 'mem', 'number of MiB', 'got "64MB"'],
  [but({ mem: 1e12 }), 'mem', 'to 1000000000', 'got 1000000000000'],
  [but({ disk: -1 }), 'disk', 'number of MiB from 0', 'got -1'],
  [but({ disk: true }), 'disk', 'number of MiB', 'got true'],
  [but({ ports: -1 }), 'ports', 'whole number from 0 to 1000', 'got -1'],
  [but({ ports: 1001 }), 'ports', 'whole number from 0 to 1000', 'got 1001'],
  [but({ ports: 0.5 }), 'ports', 'whole number', 'got 0.5'],
  [but({ ports: [80] }), 'ports', 'whole number', 'got [80]'],
  [but({ constraints: 'hostname:UNIQUE' }), 'constraints', 'a list of constraints', '"hostname:UNIQUE"'],
  [but({ constraints: ['hostname:UNIQUE'] }), 'constraints.0', '{"field"', '"hostname:UNIQUE"'],
  [but({ constraints: [{ field: '', operator: 'IS' }] }), 'constraints.0.field', 'name of an attribute', '""'],
  [but({ constraints: [{ field: 'a:b', operator: 'IS' }] }), 'constraints.0.field', 'without ":"', '"a:b"'],
  [but({ constraints: [{ field: 'a', operator: 'EQ' }] }), 'constraints.0.operator', 'one of UNIQUE', '"EQ"'],
  [but({ constraints: [{ field: 'a' }] }), 'constraints.0.operator', 'one of UNIQUE', 'missing'],
  [but({ constraints: [{ field: 'a', operator: 'IS' }] }), 'constraints.0', 'IS wants a value', 'a:IS'],
  [
    but({ constraints: [{ field: 'a', operator: 'LIKE', value: '(' }] }),
    'constraints.0',
    'regular expression',
    'a:LIKE:(',
  ],
  [but({ constraints: [{ field: 'a', operator: 'UNIQUE', value: 'x' }] }), 'constraints.0', 'no value', 'a:UNIQUE:x'],
  [
    but({ constraints: [{ field: 'a', operator: 'MAX_PER', value: '0' }] }),
    'constraints.0',
    'number from 1',
    'a:MAX_PER:0',
  ],
  [
    but({ constraints: [{ field: 'a', operator: 'GROUP_BY', value: 'x' }] }),
    'constraints.0',
    'number from 1',
    'a:GROUP_BY:x',
  ],
  [but({ constraints: [{ field: 'a', operator: 'IS', value: 3 }] }), 'constraints.0.value', 'a text', 'got 3'],
  [but({ env: [] }), 'env', 'object of texts', 'got []'],
  [but({ env: { A: 1 } }), 'env.A', 'a text', 'got 1'],
  [but({ env: { 'A=B': 'x' } }), 'env', 'no "="', '"A=B"'],
  [but({ env: { '': 'x' } }), 'env', 'not empty', '""'],
  [but({ uris: 'http://x' }), 'uris', 'list of files', '"http://x"'],
  [but({ uris: ['http://x'] }), 'uris.0', '{"value"', '"http://x"'],
  [but({ uris: [{ value: '' }] }), 'uris.0.value', 'URI or a path', '""'],
  [but({ uris: [{ value: 'x', extract: 'no' }] }), 'uris.0.extract', 'true or false', '"no"'],
  [but({ uris: [{ value: 'x', outputFile: '' }] }), 'uris.0.outputFile', 'file name', '""'],
  [but({ uris: [{ value: 'hdfs://h/x' }] }), 'uris.0.value', 'begin with http://', '"hdfs://h/x"'],
  [but({ uris: [{ value: 'ftp://h/x' }] }), 'uris.0.value', 'a path or begin with', '"ftp://h/x"'],
  [but({ uris: [{ value: 'http:/h/x' }] }), 'uris.0.value', '"//" after its scheme', '"http:/h/x"'],
  [but({ uris: [{ value: 'http://h:x/y' }] }), 'uris.0.value', 'a URI that makes sense', '"http://h:x/y"'],
  [but({ uris: [{ value: 'file://host/x' }] }), 'uris.0.value', 'name no host', '"file://host/x"'],
  [but({ uris: [{ value: 'https://host' }] }), 'uris.0.value', 'end in a file name', '"https://host"'],
  [but({ uris: [{ value: 'https://host/?x=/y' }] }), 'uris.0.value', 'end in a file name', '"https://host/?x=/y"'],
  [but({ uris: [{ value: '/a/..' }] }), 'uris.0.value', 'end in a file name', '"/a/.."'],
  [but({ uris: [{ value: 'x', outputFile: '../y' }] }), 'uris.0.outputFile', 'below the sandbox', '"../y"'],
  [but({ uris: [{ value: 'x', outputFile: '/y' }] }), 'uris.0.outputFile', 'below the sandbox', '"/y"'],
  [but({ uris: [{ value: 'x', unpack: true }] }), 'uris.0.unpack', 'no such field', ''],
  [but({ user: '' }), 'user', 'name of an account', '""'],
  [but({ user: 0 }), 'user', 'name of an account', 'got 0'],
  [but({ retries: -1 }), 'retries', 'whole number from 0', 'got -1'],
  [but({ retries: 'many' }), 'retries', 'whole number', '"many"'],
  [but({ maxSeconds: 0 }), 'maxSeconds', 'number of seconds', 'got 0'],
  [but({ maxSeconds: '10mins' }), 'maxSeconds', 'number of seconds', '"10mins"'],
  [but({ killGraceSeconds: -0.5 }), 'killGraceSeconds', 'number of seconds from 0', 'got -0.5'],
  [but({ colour: 'red' }), 'colour', 'no such field', ''],
  [but({ retrie: 3 }), 'retrie', 'did you mean "retries"', ''],
  [but({ cpu: 1 }), 'cpu', 'did you mean "cpus"', ''],
];

describe('readSubmission()', () => {
  it.each(WRONG)('refuses %j, naming %s, that it %s, and %s', (what, field, wanted, given) => {
    const [first = '', ...others] = problems(what);
    expect(first.startsWith(`${field}: `), first).toBe(true);
    expect(first).toContain(wanted);
    expect(first).toContain(given);
    expect(others).toEqual([]);
  });

  it('tells every problem at once', () => {
    const all = problems({
      token: 't',
      name: '!',
      command: {},
      count: 0,
      cpus: 'x',
      constraints: [{ field: '' }],
      x: 1,
    });
    expect(all.map((problem) => problem.split(':')[0])).toEqual([
      'name',
      'command',
      'count',
      'cpus',
      'constraints.0.field',
      'constraints.0.operator',
      'x',
    ]);
  });

  it('shows no more than the beginning of a long value', () => {
    expect(problems(but({ name: '!'.repeat(5_000) }))[0]?.length).toBeLessThan(400);
  });

  it('fills in what is left out', () => {
    expect(read(good)).toMatchObject({
      ok: true,
      submission: { count: 1, cpus: 0.1, mem: 32, disk: 0, ports: 0, retries: 0, constraints: [], env: {}, uris: [] },
    });
  });

  it('keeps text as it is, whatever it holds', () => {
    const env = { __proto__: 'x', A: '"\n\u001b[31m' };
    expect(read(but({ env, command: { argv: ['a', '', 'ü\u0000'] } }))).toMatchObject({
      ok: true,
      submission: { env: { A: env.A }, command: { argv: ['a', '', 'ü\u0000'] } },
    });
  });
});
