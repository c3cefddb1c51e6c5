import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Words after which a daemon's name is a noun of the command line (`agent ls`) and not the daemon itself. */
const NOUN_VERBS: Readonly<Record<string, readonly string[]>> = {
  master: [],
  agent: ['ls', 'list', 'show', 'help'],
  jobs: [],
};

const SCRIPTS: Readonly<Record<string, string>> = {
  master: 'master/main.js',
  agent: 'agent/main.js',
  jobs: 'frameworks/jobs/main.js',
};

/** Heap of a daemon's young generation in MiB: small, because idle daemons should be. */
const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning'];

/**
 * When the arguments name a daemon, becomes it: the process is replaced, so that its pid and signals are the daemon's
 * and nothing of the command line stays in memory. Otherwise returns.
 */
export function becomeDaemon(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const [name, verb] = args;
  if (name === undefined || !Object.hasOwn(SCRIPTS, name)) return;
  if (verb !== undefined && NOUN_VERBS[name]?.includes(verb)) return;
  const script = join(DIST, SCRIPTS[name] ?? '');
  if (!existsSync(script)) throw new Error(`Cannot start ${name}: ${script} is missing, build first (scripts/build)`);
  const environment = Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  process.execve?.(process.execPath, [process.execPath, ...NODE_OPTIONS, script, ...args.slice(1)], environment);
}
