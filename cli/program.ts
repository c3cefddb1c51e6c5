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
import { EXIT_MEANINGS } from './exit-codes.js';
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
  program
    .commandsGroup('A local cluster:')
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand());
  program
    .commandsGroup('Work:')
    .addCommand(runCommand())
    .addCommand(logsCommand())
    .addCommand(killCommand())
    .addCommand(execCommand())
    .addCommand(explainCommand());
  program
    .commandsGroup('What there is:')
    .addCommand(tasksCommand('tasks'))
    .addCommand(agentsCommand('agents'))
    .addCommand(frameworksCommand('frameworks'))
    .addCommand(offersCommand('offers'))
    .addCommand(
      noun('task', 'one task or all', [
        tasksCommand('ls'),
        taskShowCommand(),
        logsCommand(),
        killCommand(),
        execCommand(),
        explainCommand(),
      ]),
    )
    .addCommand(
      noun('agent', 'one agent or all; without a verb: the agent daemon', [agentsCommand('ls'), agentShowCommand()]),
    )
    .addCommand(noun('framework', 'one framework or all', [frameworksCommand('ls'), frameworkShowCommand()]))
    .addCommand(noun('offer', 'the offers', [offersCommand('ls')]));
  program
    .commandsGroup('Daemons:')
    .addCommand(daemon('master', 'start a master: meseta master --work_dir=DIR (--help lists its flags)'))
    .addCommand(daemon('jobs', 'start the jobs framework: meseta jobs --master=HOST:PORT --work_dir=DIR'));
  program.commandsGroup('Shell:').addCommand(completionCommand(program));
  addGlobalOptions(program, false);
  inheritSettings(program);
  program.addHelpText(
    'after',
    `\nExit codes: ${EXIT_MEANINGS.map(([code, meaning]) => `${code} ${meaning}`).join('; ')}`,
  );
  return program;
}

function noun(name: string, summary: string, verbs: readonly Command[]): Command {
  const command = new Command(name).description(summary).enablePositionalOptions();
  for (const verb of verbs) command.addCommand(verb);
  return command;
}

/** Listed in the help only: `becomeDaemon` has taken over before the arguments are read here. */
function daemon(name: string, summary: string): Command {
  return new Command(name).description(summary).allowUnknownOption().helpOption(false);
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
