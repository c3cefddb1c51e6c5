/**
 * Drives any master with one agent through the scenarios of the transcripts and prints what differs.
 * usage: main.ts --master HOST:PORT --agent HOST:PORT [--format json|protobuf] [--only NAME,...]
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../../common/runtime/errors.js';
import { replay } from './replay.js';
import { SCENARIOS } from './scenarios/index.js';

const USAGE = 'usage: main.ts --master HOST:PORT --agent HOST:PORT [--format json|protobuf] [--only NAME,...]';

/** Exit code: 0 no difference, 1 some, 2 wrong arguments. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      master: { type: 'string' },
      agent: { type: 'string' },
      format: { type: 'string', default: 'json' },
      only: { type: 'string' },
    },
  });
  const { master, agent, format, only } = values;
  const names = only?.split(',') ?? Object.keys(SCENARIOS);
  const unknown = names.filter((name) => SCENARIOS[name] === undefined);
  if (
    master === undefined ||
    agent === undefined ||
    (format !== 'json' && format !== 'protobuf') ||
    unknown.length > 0
  ) {
    console.error(`${USAGE}\nscenarios: ${Object.keys(SCENARIOS).join(', ')}`);
    return 2;
  }
  let facts = 0;
  let differences = 0;
  for (const name of names) {
    const verdict = await replay(name, { master, agent, format });
    facts += verdict.facts;
    differences += verdict.differences.length;
    console.log(`${name}: ${verdict.facts} facts, ${verdict.differences.length} differences`);
    for (const line of verdict.differences) console.log(`  ${line}`);
    for (const reason of verdict.explained) console.log(`  on purpose: ${reason}`);
  }
  console.log(`${facts} facts compared in ${format}, ${differences} differ`);
  return differences === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`Cannot go on: ${messageOf(error)}\n${USAGE}`);
  return 2;
});
