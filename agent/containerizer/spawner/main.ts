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
import { type Ledger, SpawnerServer } from './server.js';
import { Stragglers } from './stragglers.js';

const [runtimeDir = '', generationText = '', idleText = ''] = process.argv.slice(2);
const generation = Number(generationText);

process.chdir(runtimeDir); // socket paths are short, so they stay relative
process.umask(0o022); // what containers inherit
process.on('SIGHUP', () => {}); // the terminal that started the agent is no concern of the containers
process.on('uncaughtException', (error) => console.error('Cannot go on with a request:', error)); // exits would be lost

const stragglers = new Stragglers();
const server = new SpawnerServer(stragglers);

let opened = (_: Ledger) => {};
const listener = server.listenWhen(new Promise<Ledger>((resolve) => (opened = resolve)));
const privateName = `starting.${process.pid}`;
listener.listen(privateName, () => {
  claimGeneration();
  serve().catch((error: unknown) => {
    console.error('Cannot take up the journal:', error);
    rmSync(socketName(generation), { force: true }); // agents would wait for an answer for ever
    process.exit(1);
  });
});

/** Not before the name is ours: to open the journal is to write it anew, under the hands of another if there were one. */
async function serve(): Promise<void> {
  const records = new Records(runtimeDir);
  const containers = new Containers(records, stragglers, (reply) => server.tell(reply));
  await adoptContainers(runtimeDir, records, containers, stragglers);
  opened({ records, containers });
  exitWhenIdle(Number(idleText));
}

/**
 * Takes the name by which agents find us. A name that exists is never taken over, and an older generation gives way to a
 * newer, which deletes its name: so there is one of us at most.
 */
function claimGeneration(): void {
  const claimed = link(privateName, socketName(generation));
  unlinkSync(privateName);
  const generations = readdirSync('.').map(parseGeneration);
  if (generations.some((other) => other > generation)) {
    if (claimed) rmSync(socketName(generation), { force: true });
    process.exit(0); // an agent has given up on us long ago
  }
  if (!claimed) process.exit(0); // another was quicker
  for (const other of generations) if (other < generation) rmSync(socketName(other), { force: true });
}

function link(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch {
    return false;
  }
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
