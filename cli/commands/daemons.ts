import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../common/runtime/errors.js';
import { DAEMON_NODE_OPTIONS, DIST } from '../local/daemon-program.js';

const SCRIPTS: Readonly<Record<string, string>> = {
  master: 'master/main.js',
  agent: 'agent/main.js',
  jobs: 'frameworks/jobs/main.js',
};

/**
 * When the arguments name a daemon, becomes it: the process is replaced, so that its pid and signals are the daemon's
 * and nothing of the command line stays in memory. Otherwise returns. `agent ls` and the like are nouns with a verb;
 * daemons take nothing but flags.
 */
export function becomeDaemon(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const [name = '', first = '--', ...rest] = args;
  if (!Object.hasOwn(SCRIPTS, name) || !first.startsWith('-')) return;
  const script = join(DIST, SCRIPTS[name] ?? '');
  if (!existsSync(script))
    throw new CodedError('INTERNAL', `Cannot start ${name}: ${script} is missing, a complete build is wanted`);
  become(process.execPath, [...DAEMON_NODE_OPTIONS, script, ...(args.length > 1 ? [first, ...rest] : [])], env);
}

/** Replaces this process; returns only where the platform cannot. */
export function become(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const environment = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  // That execve is experimental in this Node is no concern of whoever starts a daemon.
  process.removeAllListeners('warning');
  process.execve?.(program, [program, ...args], Object.fromEntries(environment));
}
