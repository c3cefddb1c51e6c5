import { createInterface } from 'node:readline/promises';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/**
 * Asks before something is destroyed. Without a terminal nobody is asked: fails with what to type instead. Fails too
 * when the answer is not yes.
 */
export async function confirm(
  question: string,
  unattended: string,
  { stdin, stderr }: Pick<NodeJS.Process, 'stdin' | 'stderr'> = process,
): Promise<void> {
  if (!stdin.isTTY || !stderr.isTTY)
    throw new CommandFailure(EXIT.usage, `Will not go on without being told so: ${question}`, unattended);
  const asker = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await asker.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure(EXIT.failed, 'Nothing was done');
  } finally {
    asker.close();
  }
}
