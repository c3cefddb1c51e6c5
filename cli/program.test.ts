import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXIT_MEANINGS } from './exit-codes.js';
import { notesOf } from './help.js';
import { createProgram } from './program.js';

const program = createProgram('0.0.0');

function walk(command: Command, path: string): Array<readonly [path: string, command: Command]> {
  const visible = command.createHelp().visibleCommands(command);
  const children = command.commands.filter((child) => visible.includes(child));
  return [[path, command], ...children.flatMap((child) => walk(child, `${path} ${child.name()}`))];
}
const everything = walk(program, 'meseta');

/** What the program does with a command line that is wrong: what it prints, and whether it refuses. */
async function refusal(...args: string[]): Promise<string> {
  const fresh = createProgram('0.0.0');
  let printed = '';
  for (const [, command] of walk(fresh, ''))
    command.exitOverride().configureOutput({ writeErr: (text) => (printed += text), writeOut: () => {} });
  const thrown = await fresh.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (error: Error) => error,
  );
  if (thrown === undefined) throw new Error(`${args.join(' ')} was accepted`);
  return printed;
}

describe('the help', () => {
  it.each(everything)('of %s has a summary, examples and exit codes', (_path, command) => {
    expect(command.description()).not.toBe('');
    const notes = notesOf(command);
    expect(notes?.examples.length).toBeGreaterThanOrEqual(2);
    expect(notes?.exits.length).toBeGreaterThan(0);
    const codes = new Set(EXIT_MEANINGS.map(([code]) => String(code)));
    for (const [code] of notes?.exits ?? []) expect(code === '0-255' || codes.has(code), code).toBe(true);
  });

  it.each(everything)('of %s explains every argument and option', (_path, command) => {
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('');
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
  });

  it.each(everything)('of %s shows examples that its options know', (path, command) => {
    for (const [line] of notesOf(command)?.examples ?? []) {
      const own = line.replace(/'[^']*'|"[^"]*"/g, '').split(' -- ')[0] ?? '';
      const used = own
        .split(/\s+/)
        .filter((word) => /^--?[a-z]/.test(word) && !path.match(/ (master|jobs|completion)$/));
      const known = new Set(command.options.flatMap(({ short, long }) => [short, long]));
      for (const word of used) expect(known.has(word.split('=')[0]), `${line}: ${word}`).toBe(true);
    }
  });

  it.each(everything)('of %s shows no default that only the parser knows', (_path, command) => {
    expect(command.helpInformation()).not.toContain('(default: [');
  });

  it('has the verbs of the grammar', () => {
    const paths = everything.map(([path]) => path);
    const verbs = ['ls', 'show', 'logs', 'kill', 'exec', 'explain'].map((verb) => `meseta task ${verb}`);
    const others = [
      'agent ls',
      'agent show',
      'framework ls',
      'framework show',
      'offer ls',
      'run',
      'up',
      'down',
      'status',
    ];
    expect(paths).toEqual(expect.arrayContaining([...verbs, ...others.map((verb) => `meseta ${verb}`)]));
  });
});

describe('wrong usage', () => {
  it.each([
    [['tsaks'], 'Did you mean tasks?'],
    [['taks', 'ls'], 'Did you mean one of task, tasks?'],
    [['task', 'lgos'], 'Did you mean logs?'],
    [['run', '--cout', '3', 'x'], 'Did you mean --count?'],
    [['tasks', '--framwork', 'x'], 'Did you mean --framework?'],
    [['up', '--agents', 'three'], 'Give a whole number from 1 to 200, not "three".'],
    [['up', '--agents', '0'], 'Give a whole number from 1 to 200, not "0".'],
    [['up', '--port', '70000'], 'Give a whole number from 1 to 65535, not "70000".'],
    [['logs', '-n', '-1', 'x'], 'Give a whole number from 0, not "-1".'],
    [['tasks', '--color', 'maybe'], 'Allowed choices are auto, always, never.'],
    [['logs'], "missing required argument 'task'"],
    [['exec', 'x'], "missing required argument 'command'"],
    [['kill'], "missing required argument 'task'"],
    [['explain'], "missing required argument 'task'"],
    [['tasks', 'extra'], 'too many arguments'],
    [['run', '--count'], 'argument missing'],
    [['completion'], "missing required argument 'shell'"],
  ])('%j is refused: %s', async (args, says) => {
    const printed = await refusal(...args);
    expect(printed).toContain(says);
    expect(printed).toContain('--help');
  });

  it.each([
    [['tasks', '-o', 'xml'], 'Cannot print as "xml"'],
    [['tasks', '-m', 'host:99999999'], 'Cannot use --master "host:99999999"'],
    [['tasks', '-m', 'zk://a:1/x'], 'Cannot use --master "zk://a:1/x"'],
    [['completion', 'ksh'], 'Cannot complete for "ksh"'],
    [['run'], 'a command is missing'],
    [['run', 'x', 'y'], '2 words are not one command'],
  ])('%j fails with 2: %s', async (args, says) => {
    const run = createProgram('0.0.0').parseAsync(args, { from: 'user' });
    await expect(run).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(says) });
  });
});
