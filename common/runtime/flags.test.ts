import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CodedError } from './errors.js';
import { flag, optionalFlag, requiredFlag } from './flag.js';
import { flagHelp } from './flag-help.js';
import { boolean, duration, integer, json, list, path, port, refusing, text } from './flag-kinds.js';
import { asksFor, parseFlags } from './flags.js';

const folder = mkdtempSync(join(tmpdir(), 'flags-'));
afterAll(() => rmSync(folder, { recursive: true }));

const group = { group: 'All' };
const TABLE = {
  port: flag(port, '5050', 'Port to listen on', group),
  hostname_lookup: flag(boolean, 'true', 'Whether to look up a name', group),
  ping_timeout: flag(duration(), '15secs', 'How often to ping', { ...group, aliases: ['slave_ping_timeout'] }),
  offer_timeout: optionalFlag(duration(), 'When to take offers back', { ...group, otherwise: 'never' }),
  work_dir: requiredFlag(path, 'a folder', 'Folder for what must survive', group),
  roles: optionalFlag(list('names between commas'), 'Roles', group),
  launcher: flag(
    refusing(text, (value) => (value === 'linux' ? 'not yet' : undefined)),
    'posix',
    'Launcher',
    group,
  ),
  password: { ...optionalFlag(json, 'A secret', group), secret: true as const },
  old_count: { ...flag(integer(1, 9), '3', 'Of no use any more', group), withoutEffect: 'nothing counts any more' },
  old_switch: { ...optionalFlag(boolean, 'Of no use any more', group), withoutEffect: 'nothing switches any more' },
};

const parse = (argv: string[], env: Record<string, string> = {}) =>
  parseFlags('master', TABLE, { argv: ['--work_dir=/w', ...argv], env });

function mistakes(argv: string[], env: Record<string, string> = {}): string[] {
  try {
    parseFlags('master', TABLE, { argv, env });
  } catch (error) {
    if (error instanceof CodedError && error.code === 'BAD_FLAGS') return error.message.split('\n  ');
    throw error;
  }
  return [];
}
const mistake = (...argv: string[]) => mistakes(['--work_dir=/w', ...argv]).slice(1);

describe('parseFlags()', () => {
  it('gives typed, frozen values and the defaults of the rest', () => {
    const { values } = parse(['--port=6060', '--roles=a, b']);
    expect(values).toMatchObject({ port: 6060, hostname_lookup: true, ping_timeout: 15_000, roles: ['a', 'b'] });
    expect(values.offer_timeout).toBeUndefined();
    expect(Object.isFrozen(values)).toBe(true);
  });

  it.each([
    [['--port', '6060'], { port: 6060 }],
    [['--offer-timeout=1mins'], { offer_timeout: 60_000 }],
    [['--slave_ping_timeout=1secs'], { ping_timeout: 1000 }],
    [['--no-hostname_lookup'], { hostname_lookup: false }],
    [['--no-hostname-lookup'], { hostname_lookup: false }],
    [['--hostname_lookup=false'], { hostname_lookup: false }],
    [['--hostname_lookup'], { hostname_lookup: true }],
    [['--launcher=a=b'], { launcher: 'a=b' }],
  ])('reads %j', (argv, expected) => {
    expect(parse(argv).values).toMatchObject(expected);
  });

  it('lets the command line win over MESETA_ variables, and those over MESOS_', () => {
    const env = { MESOS_PORT: '1', MESETA_PORT: '2', MESOS_ping_timeout: '1secs', MESOS_OFFER_TIMEOUT: '2secs' };
    const { values, origins } = parse(['--offer_timeout=3secs'], env);
    expect(values).toMatchObject({ port: 2, ping_timeout: 1000, offer_timeout: 3000 });
    expect(origins).toMatchObject({
      port: 'variable MESETA_PORT',
      ping_timeout: 'variable MESOS_ping_timeout',
      offer_timeout: 'command line',
      launcher: 'default',
    });
  });

  it('reads file:// values without the line end, but leaves a path a path', () => {
    writeFileSync(join(folder, 'port'), '6060\n');
    const { values, origins } = parse([`--port=file://${folder}/port`]);
    expect(values.port).toBe(6060);
    expect(origins.port).toBe(`file ${folder}/port, command line`);
    expect(parseFlags('x', TABLE, { argv: [`--work_dir=file://${folder}`], env: {} }).values.work_dir).toBe(folder);
  });

  it.each([
    [
      `--port=file://${folder}/none`,
      /^--port must name a readable text file, got "file:.*none" \(command line\): ENOENT/,
    ],
    [`--port=file://${folder}`, /EISDIR/],
    ['--port=file://etc/port', /^--port must name a readable text file/],
  ])('says what is wrong with %s', (argument, expected) => {
    expect(mistake(argument)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ['--port=x', '--port must be a port from 1 to 65535, got "x" (command line)'],
    ['--port=0', '--port must be a port from 1 to 65535, got "0" (command line)'],
    ['--port=', '--port must be a port from 1 to 65535, got "" (command line)'],
    ['--port', '--port must be a port from 1 to 65535, got no value (command line)'],
    ['--no-port', '--no-port is not a flag: --port must be a port from 1 to 65535'],
    ['--hostname_lookup=maybe', '--hostname_lookup must be true or false, got "maybe" (command line)'],
    ['--no-hostname_lookup=x', '--no-hostname_lookup must stand without a value, got "--no-hostname_lookup=x"'],
    ['--prot=1', '--prot is not a flag: did you mean --port?'],
    ['--no-hostname_lokup', '--no-hostname_lokup is not a flag: did you mean --hostname_lookup?'],
    ['--zzzzzz=1', '--zzzzzz is not a flag: --help lists them'],
    ['6060', '"6060" is not a flag: flags read --name=value'],
    ['-p=1', '"-p=1" is not a flag: flags read --name=value'],
    ['--launcher=linux', '--launcher cannot be had: not yet, got "linux" (command line)'],
    [
      '--password=hunter2',
      '--password must be a JSON object or array, or file:///path of one, got "(hidden)" (command line)',
    ],
  ])('answers %s with what is wanted', (argument, expected) => {
    const found = mistake(argument);
    expect(found[0]).toBe(expected);
  });

  it('refuses a flag given twice, by an alias too', () => {
    const expected = '--ping_timeout must be given once, got "--ping_timeout=1secs" and "--slave-ping-timeout=2secs"';
    expect(mistake('--ping_timeout=1secs', '--slave-ping-timeout=2secs')).toEqual([expected]);
  });

  it('tells all mistakes at once, each with its origin', () => {
    writeFileSync(join(folder, 'bad'), 'soon\n');
    const argv = ['--port=x', `--offer_timeout=file://${folder}/bad`, '--what=1'];
    expect(mistakes(argv, { MESOS_PING_TIMEOUT: '7' })).toEqual([
      'Cannot start master:',
      '--what is not a flag: --help lists them',
      '--port must be a port from 1 to 65535, got "x" (command line)',
      expect.stringMatching(/^--ping_timeout must be a duration .*, got "7" \(variable MESOS_PING_TIMEOUT\)$/),
      expect.stringContaining(`got "soon" (file ${folder}/bad, command line)`),
      '--work_dir is missing: give a folder',
    ]);
  });

  it('does not take the value of an unknown flag for a second mistake', () => {
    expect(mistake('--prot', '6060')).toEqual(['--prot is not a flag: did you mean --port?']);
  });

  it('ignores variables that are none of its business, and wonders at a near miss', () => {
    const env = {
      MESOS_SANDBOX: '/s',
      MESOS_TASK_ID: 't',
      MESOS_NATIVE_JAVA_LIBRARY: 'x',
      MESOS_WHATEVER: '1',
      PORT: '1',
    };
    expect(parse([], env).warnings).toEqual([]);
    expect(parse([], { MESOS_PROT: '1' }).warnings).toEqual([
      'The variable MESOS_PROT is no flag and was ignored; did you mean MESOS_PORT?',
    ]);
  });

  it('warns once of a flag without effect, when it is set to something else than holds anyway', () => {
    expect(parse(['--old_count=4', '--old_switch']).warnings).toEqual([
      '--old_count has no effect: nothing counts any more',
      '--old_switch has no effect: nothing switches any more',
    ]);
    expect(parse(['--old_count=3', '--no-old_switch']).warnings).toEqual([]);
  });

  it('prints effective values as the original does, secrets hidden and unset ones left out', () => {
    const argv = ['--ping_timeout=60secs', '--password={"a": 1}', '--no-hostname_lookup', '--launcher=zk://ann:pw@h/x'];
    expect(parse(argv).printFlags()).toEqual({
      port: '5050',
      hostname_lookup: 'false',
      ping_timeout: '1mins',
      work_dir: '/w',
      launcher: 'zk://ann:(hidden)@h/x',
      password: '(hidden)',
      old_count: '3',
    });
  });
});

describe('asksFor()', () => {
  it('hears --help among mistakes', () => {
    expect(asksFor('help', ['--bad', '--help'])).toBe(true);
    expect(asksFor('help', ['-h'])).toBe(true);
    expect(asksFor('version', ['--help'])).toBe(false);
  });
});

describe('flagHelp()', () => {
  it('lists every flag with default and unit, and keeps within the width', () => {
    const help = flagHelp('Usage: x', TABLE, 60);
    expect(help).toContain('  --port=PORT\n      Port to listen on (default: 5050)\n');
    expect(help).toContain('--ping_timeout=DURATION or --slave_ping_timeout=DURATION');
    expect(help).toContain('--[no-]hostname_lookup\n      Whether to look up a name (default: true)');
    expect(help).toContain('(default: never)');
    expect(help).toContain('(required)');
    expect(help.split('\n').filter((line) => line.includes(' ') && line.length > 60)).toEqual([]);
  });
});
