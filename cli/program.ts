import { Command, Option } from 'commander';
import { completionCommand } from './commands/completion.js';
import { execCommand } from './commands/exec.js';
import { explainCommand } from './commands/explain.js';
import { killCommand } from './commands/kill.js';
import { agentsCommand, frameworksCommand, offersCommand, tasksCommand } from './commands/lists.js';
import { logsCommand } from './commands/logs.js';
import { runCommand } from './commands/run.js';
import { agentShowCommand, frameworkShowCommand, taskShowCommand } from './commands/show.js';
import { statusCommand } from './commands/status.js';
import { downCommand, upCommand } from './commands/up.js';
import { EXIT, type ExitName } from './exit-codes.js';
import { ASKING, type Example, withHelp } from './help.js';
import { OUTPUT_FORMATS } from './output/printer.js';

/** The whole command line. Nouns have verbs (`task show`), the frequent ones a short form (`tasks`, `logs`). */
export function createProgram(version: string): Command {
  const program = new Command('meseta')
    .description('Meseta, a cluster scheduler: local clusters, jobs, tasks and what they do')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(meseta --help lists the commands)')
    .configureHelp({ showGlobalOptions: true });
  program.commandsGroup('A local cluster:');
  for (const command of [upCommand(), downCommand(), statusCommand()]) program.addCommand(command);
  program.commandsGroup('Work:');
  for (const command of [runCommand(), ...taskVerbs()]) program.addCommand(command);
  program.commandsGroup('What there is:');
  for (const command of [...shortLists(), ...nouns()]) program.addCommand(command);
  program.commandsGroup('Daemons:');
  for (const command of daemons()) program.addCommand(command);
  program.commandsGroup('Shell:').addCommand(completionCommand(program));
  addGlobalOptions(program, false);
  inheritSettings(program);
  return withHelp(
    program,
    [
      ['meseta up', 'a cluster on this machine'],
      ["meseta run 'echo hello'", 'a first job on it'],
    ],
    Object.keys(EXIT) as ExitName[],
  );
}

function taskVerbs(): Command[] {
  return [logsCommand(), killCommand(), execCommand(), explainCommand()];
}

function shortLists(): Command[] {
  return [tasksCommand('tasks'), agentsCommand('agents'), frameworksCommand('frameworks'), offersCommand('offers')];
}

function nouns(): Command[] {
  return [
    noun('task', 'one task or all', [tasksCommand('task ls'), taskShowCommand(), ...taskVerbs()], 'show hello.0'),
    noun(
      'agent',
      'one agent or all; with flags only: start an agent, meseta agent --master=HOST:PORT --work_dir=DIR',
      [agentsCommand('agent ls'), agentShowCommand()],
      'show 127.0.0.11',
    ),
    noun('framework', 'one framework or all', [frameworksCommand('framework ls'), frameworkShowCommand()], 'show jobs'),
    noun('offer', 'the offers', [offersCommand('offer ls')], 'ls -o json'),
  ];
}

function noun(name: string, summary: string, verbs: readonly Command[], example: string): Command {
  const command = new Command(name).description(summary).enablePositionalOptions();
  for (const verb of verbs) command.addCommand(verb);
  const examples: Example[] = [
    [`meseta ${name} ls`, `the same as meseta ${name}s`],
    [`meseta ${name} ${example}`, 'one verb of several'],
  ];
  return withHelp(command, examples, ASKING);
}

/** Listed in the help only: `becomeDaemon` has taken over before the arguments are read here. */
function daemons(): Command[] {
  const daemon = (name: string, summary: string, examples: readonly Example[]) =>
    withHelp(new Command(name).description(summary).allowUnknownOption(), examples, ['done', 'failed', 'usage']);
  return [
    daemon('master', 'start a master: meseta master --work_dir=DIR (--help lists its flags)', [
      ['meseta master --work_dir=/var/lib/meseta', 'on port 5050'],
      ['meseta master --help', 'all flags'],
    ]),
    daemon('jobs', 'start the jobs framework: meseta jobs --master=HOST:PORT --work_dir=DIR', [
      ['meseta jobs --master=127.0.0.1:5050 --work_dir=/var/lib/meseta-jobs', 'on port 5052'],
      ['meseta jobs --help', 'all flags'],
    ]),
  ];
}

/** Every command takes them, before its verb or after; the help lists them once. */
function addGlobalOptions(command: Command, hidden: boolean): void {
  const options = [
    new Option('-m, --master <host:port>', 'the master (default: $MESETA_ADDR, the local cluster, 127.0.0.1:5050)'),
    new Option('-o, --output <format>', `one of ${OUTPUT_FORMATS.join(', ')} (default: table)`),
    new Option('--color <when>', 'colour (default: auto)').choices(['auto', 'always', 'never']),
    new Option('-q, --quiet', 'ids only'),
    new Option('--debug', 'stack traces of errors'),
  ];
  for (const option of options) command.addOption(option.hideHelp(hidden));
  for (const child of command.commands) addGlobalOptions(child, true);
}

/** Commander copies settings to a command when it makes it; ours are made elsewhere. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
