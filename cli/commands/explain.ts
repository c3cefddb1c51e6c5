import { Command } from 'commander';
import type { Explanation } from '../../frameworks/jobs/cli/api.js';
import { accepted, findJobs } from '../cluster/jobs.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { ASKING, withHelp } from '../help.js';
import { printable } from '../output/style.js';
import { readAgents } from '../views/agents.js';

/**
 * `meseta explain`. Asks the jobs framework, so it knows tasks of `run` only; fails with `unplaced` while one waits.
 */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('say why a task or job is not placed: how many agents refuse for which reason, and who comes nearest')
    .argument('<task>', 'id of a task or job that was submitted with run')
    .action(explain);
  return withHelp(
    command,
    [
      ['meseta explain hello.0', 'one task'],
      ['meseta explain hello -o json', 'for scripts'],
    ],
    [...ASKING, 'notFound', 'unplaced'],
  );
}

async function explain(id: string, _options: object, self: Command): Promise<void> {
  const context = contextOf(self);
  const jobs = await findJobs(context);
  const explanation = accepted(await jobs.explain(id), `explain "${id}"`);
  if (context.forPeople) {
    const agents = explanation.placed ? [] : await readAgents(await context.master());
    context.terminal.out.write(describeExplanation(explanation, agents.length));
  } else context.document(explanation, explanation.subject);
  process.exitCode = explanation.placed ? EXIT.done : EXIT.unplaced;
}

/** For people. `registered`: how many agents the master knows, of which some may have offered nothing. */
export function describeExplanation(explanation: Explanation, registered: number): string {
  const { subject, placed, summary, agentsSeen, reasons, instances, nearest } = explanation;
  const { placed: some = 0, waiting = 0 } = instances ?? {};
  const part =
    some === 0 ? '' : `${some} of ${some + waiting} placed, ${waiting} ${waiting === 1 ? 'waits' : 'wait'}: `;
  const lines = [
    `${subject}: ${printable(placed || reasons.length === 0 ? summary : `${part}no agent of ${agentsSeen} fits`)}`,
  ];
  for (const { agents, reason, detail } of reasons)
    lines.push(`  ${String(agents).padStart(5)}  ${reason}${detail === '' ? '' : `: ${detail}`}`);
  if (nearest !== undefined) lines.push(`  nearest: ${nearest.host} lacks ${printable(nearest.short.join(', '))}`);
  if (!placed && registered > agentsSeen)
    lines.push(`  ${registered - agentsSeen} more registered, with nothing to offer: all they have is in use or held`);
  return `${lines.join('\n')}\n`;
}
