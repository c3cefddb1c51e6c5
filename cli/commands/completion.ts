import { Command } from 'commander';
import { complete } from '../completion/complete.js';
import { SCRIPTS } from '../completion/scripts.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { withHelp } from '../help.js';

/** Shell completion: the scripts, and the words that they ask for. */
export function completionCommand(program: Command): Command {
  const shells = Object.keys(SCRIPTS).join(', ');
  const words = new Command('words')
    .description('print what may stand in the place of the last word; called by the scripts')
    .argument('[word...]', 'the command line up to the cursor')
    .action(async (given: string[], _options: object, self: Command) => {
      const found = await complete(program, given, contextOf(self));
      process.stdout.write(found.map((word) => `${word}\n`).join(''));
    });
  const command = new Command('completion')
    .description('print a script that completes commands, options and ids')
    .argument('<shell>', `one of ${shells}`)
    .action((shell: string) => {
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (script === undefined)
        throw new CommandFailure(EXIT.usage, `Cannot complete for "${shell}": wanted one of ${shells}`);
      process.stdout.write(script);
    })
    .addCommand(words, { hidden: true });
  return withHelp(
    command,
    [
      ['eval "$(meseta completion bash)"', 'in ~/.bashrc'],
      ['meseta completion fish > ~/.config/fish/completions/meseta.fish', 'once'],
    ],
    ['done', 'usage'],
  );
}
