/**
 * The spawner: a small process that starts the containers of one agent and outlives it. It is the parent of their
 * processes, so it alone learns how they end; it writes that down and tells whichever agent is connected.
 *
 * Arguments: runtime directory (absolute), generation, milliseconds to stay when idle. It imports only Node's own
 * modules, and few of them, because its memory is part of every agent's.
 */
import { linkSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { adoptContainers } from './adoption.js';
import { Containers } from './containers.js';
import { parseGeneration, socketName } from './protocol.js';
import { Records } from './records.js';
import { SpawnerServer } from './server.js';
import { Stragglers } from './stragglers.js';

const [runtimeDir = '', generationText = '', idleText = ''] = process.argv.slice(2);
const generation = Number(generationText);

process.chdir(runtimeDir); // socket paths are short, so they stay relative
process.umask(0o022); // what containers inherit
process.on('SIGHUP', () => {}); // the terminal that started the agent is no concern of the containers
process.on('uncaughtException', (error) => console.error('Cannot go on with a request:', error)); // exits would be lost

const records = new Records(runtimeDir);
const stragglers = new Stragglers();
const server = new SpawnerServer(records, stragglers);
const containers = new Containers(records, stragglers, (reply) => server.tell(reply));

let adopted = (_: Containers) => {};
const listener = server.listenWhen(new Promise<Containers>((resolve) => (adopted = resolve)));
const privateName = `starting.${process.pid}`;
listener.listen(privateName, async () => {
  claimGeneration();
  await adoptContainers(runtimeDir, records, containers, stragglers);
  adopted(containers);
  exitWhenIdle(Number(idleText));
});

/** Takes the name by which agents find us. A name that exists is never taken over, so there is one of us at most. */
function claimGeneration(): void {
  try {
    linkSync(privateName, socketName(generation));
  } catch {
    unlinkSync(privateName);
    process.exit(0); // another was quicker
  }
  unlinkSync(privateName);
  for (const name of readdirSync('.')) if (parseGeneration(name) < generation) unlinkSync(name);
}

function exitWhenIdle(idleMs: number): void {
  let idleSince = performance.now();
  setInterval(() => {
    if (!server.idle) idleSince = performance.now();
    else if (server.stopping || performance.now() - idleSince >= idleMs) {
      rmSync(socketName(generation), { force: true }); // its folder may have been deleted under us
      process.exit(0);
    }
  }, 250);
}
