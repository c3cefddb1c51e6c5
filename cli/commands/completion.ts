import { Command } from 'commander';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { withExamples } from '../help.js';
import { readAgents } from '../views/agents.js';
import { isLive } from '../views/format.js';
import { readFrameworks } from '../views/frameworks.js';
import { readTasks } from '../views/tasks.js';

/** Longest wait for ids from the cluster while completing, in ms: a shell must not hang. */
const COMPLETION_BOUND_MS = 300;

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_meseta() {
  local IFS=$'\\n'
  COMPREPLY=($(meseta completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _meseta meseta
`,
  zsh: `#compdef meseta
_meseta() {
  local -a found
  found=("\${(@f)$(meseta completion words -- "\${words[@]:1:$((CURRENT-1))}" 2>/dev/null)}")
  compadd -a found
}
compdef _meseta meseta
`,
  fish: `complete -c meseta -f -a '(meseta completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

/** Shell completion: the scripts, and the words that they ask for. */
export function completionCommand(program: Command): Command {
  const words = new Command('words')
    .description('what may stand in the place of the last word; called by the scripts')
    .argument('[word...]')
    .action(async (given: string[], _options: object, self: Command) => {
      for (const word of await complete(program, given, self)) process.stdout.write(`${word}\n`);
    });
  const command = new Command('completion')
    .description('print a script that completes commands, options and ids')
    .argument('<shell>', `one of ${Object.keys(SCRIPTS).join(', ')}`)
    .action((shell: string) => {
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (script === undefined)
        throw new CommandFailure(
          EXIT.usage,
          `Cannot complete for "${shell}": wanted one of ${Object.keys(SCRIPTS).join(', ')}`,
        );
      process.stdout.write(script);
    })
    .addCommand(words, { hidden: true });
  return withExamples(command, [
    ['eval "$(meseta completion bash)"', 'in ~/.bashrc'],
    ['meseta completion fish > ~/.config/fish/completions/meseta.fish', 'once'],
  ]);
}

async function complete(program: Command, given: readonly string[], self: Command): Promise<string[]> {
  const last = given.at(-1) ?? '';
  let command = program;
  for (const word of given.slice(0, -1)) command = command.commands.find((child) => child.name() === word) ?? command;
  const options = [...command.options, ...program.options].flatMap(({ long }) =>
    long === undefined || long === null ? [] : [long],
  );
  const verbs = command.commands.map((child) => child.name());
  const candidates = last.startsWith('-')
    ? options
    : [...verbs, ...(verbs.length > 0 ? [] : await idsFor(command, self))];
  return candidates.filter((candidate) => candidate.startsWith(last));
}

/** Ids from the cluster that fit the command's first argument; none when it does not answer in time. */
async function idsFor(command: Command, self: Command): Promise<string[]> {
  const wanted = command.registeredArguments[0]?.name();
  const read = async (): Promise<string[]> => {
    const master = await contextOf(self).master();
    if (wanted === 'task' || wanted === 'id') {
      const live = command.name() === 'kill' || command.name() === 'exec';
      return (await readTasks(master)).filter(({ task }) => !live || isLive(task)).map(({ task }) => task.taskId.value);
    }
    if (wanted === 'agent') return (await readAgents(master)).map(({ agentInfo }) => agentInfo.hostname);
    if (wanted === 'framework') return (await readFrameworks(master)).map(({ frameworkInfo }) => frameworkInfo.name);
    return [];
  };
  const inTime = new Promise<string[]>((resolve) => {
    setTimeout(() => resolve([]), COMPLETION_BOUND_MS).unref();
  });
  return await Promise.race([read().catch(() => []), inTime]);
}
