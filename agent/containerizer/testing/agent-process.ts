/**
 * A process that launches containers until it is killed, for tests of what the next agent finds. Arguments: the work
 * directory. Prints the id of each container before it asks for it, as an agent writes its checkpoint first.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerAgent, PATH } from './host.js';

const [root = ''] = process.argv.slice(2);
const agent = new ContainerAgent(root);
await agent.containerizer.start();
await agent.recover([]);
for (let index = 0; ; index++) {
  const id = randomUUID();
  writeSync(1, `${id}\n`);
  const directory = join(root, 'runs', id);
  // Longer than the agent lives, for some; and the code says which it is.
  const command = { value: `echo run >> ../../ran-${id}; sleep 0.${index % 9}; exit ${index % 200}` };
  const launched = agent.launch({ containerId: id, command, environment: { PATH }, directory });
  if (index % 4 === 3) await launched;
}
