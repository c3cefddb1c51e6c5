import { systemClock } from '../../common/runtime/clock.js';
import { createLogger, type Logger } from '../../common/runtime/logger.js';
import { systemRandom } from '../../common/runtime/random.js';
import { readExecutorEnvironment } from './environment.js';
import { ExecutorClient, type ExecutorPorts } from './executor-client.js';
import type { ExecutorHandler } from './handler.js';
import { httpDialer } from './http-link.js';

/** What an executor's process may choose by itself; everything has a default. */
export interface ExecutorSetup {
  /** Default: that of this process, as the agent made it. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: JSON lines on standard error, which the sandbox keeps. */
  readonly log?: Logger | undefined;
  /** In place of the real ones, for tests: see `executor-sdk/testing`. */
  readonly ports?: Partial<ExecutorPorts> | undefined;
}

/**
 * Starts an executor in this process: subscribes with the agent that started it, and exits when told or `finish` was
 * called. `author` is given the client to report with and returns who is to be told of events. Throws `BAD_INPUT` when
 * no agent started this process.
 */
export function createExecutor(
  author: (executor: ExecutorClient) => ExecutorHandler,
  { variables = process.env, log = createLogger('executor'), ports }: ExecutorSetup = {},
): ExecutorClient {
  const environment = ports?.environment ?? readExecutorEnvironment(variables);
  // Between two connections nothing else would keep the process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  const all: ExecutorPorts = {
    clock: systemClock,
    random: systemRandom,
    log,
    dialer: httpDialer({ token: environment.token }),
    exit: (code) => process.exit(code),
    ...ports,
    environment,
  };
  const handler: ExecutorHandler = {};
  const exit: ExecutorPorts['exit'] = (code, reason) => {
    clearInterval(alive);
    all.exit(code, reason);
  };
  const client = new ExecutorClient({ ...all, exit }, handler);
  const told = author(client);
  for (const name of MEMBERS) if (told[name]) Object.assign(handler, { [name]: told[name].bind(told) });
  client.start();
  return client;
}

/** Bound one by one, so that the author's object may be of a class. */
const MEMBERS = [
  'subscribed',
  'launch',
  'launchGroup',
  'kill',
  'acknowledged',
  'message',
  'shutdown',
  'disconnected',
] as const satisfies readonly (keyof ExecutorHandler)[];
