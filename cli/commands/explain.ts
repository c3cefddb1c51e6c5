import { Command } from 'commander';
import type { Explanation } from '../../frameworks/jobs/cli/api.js';
import { accepted, findJobs } from '../cluster/jobs.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withExamples } from '../help.js';

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('say why a task or job is not placed: how many agents refuse for which reason, and who comes nearest')
    .argument('<id>', 'id of a task or job that was submitted with run')
    .action(async (id: string, _options: object, self: Command) => {
      const context = contextOf(self);
      const jobs = await findJobs(context);
      const explanation = accepted(await jobs.explain(id), `explain "${id}"`);
      if (context.format === 'table' || context.format === 'wide') context.terminal.out.write(describe(explanation));
      else context.document(explanation, explanation.subject);
      process.exitCode = explanation.placed ? EXIT.done : EXIT.unplaced;
    });
  return withExamples(command, [
    ['meseta explain hello.0', 'one task'],
    ['meseta explain hello -o json', 'for scripts'],
  ]);
}

function describe({ subject, summary, agentsSeen, reasons, nearest }: Explanation): string {
  const lines = [`${subject}: ${summary}`];
  if (reasons.length > 0) lines.push(`  of ${agentsSeen} agents seen:`);
  for (const { agents, reason, detail } of reasons)
    lines.push(`    ${String(agents).padStart(4)}  ${reason}${detail === '' ? '' : `: ${detail}`}`);
  if (nearest !== undefined) lines.push(`  nearest: ${nearest.host} lacks ${nearest.short.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
