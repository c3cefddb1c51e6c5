import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { Server } from '@grpc/grpc-js';
import { grpcServerOptions } from '../common/net/grpc-link.js';
import { answerText } from '../common/net/http/answer.js';
import { createRouter } from '../common/net/http/router.js';
import { type OnePort, openOnePort } from '../common/net/one-port.js';
import { systemClock } from '../common/runtime/clock.js';
import { exitOnUncaughtErrors } from '../common/runtime/crash.js';
import { DAEMON_EXIT, reportStartFailure, stopWithin } from '../common/runtime/daemon.js';
import { asksFor } from '../common/runtime/flags.js';
import { createLogger, type Logger } from '../common/runtime/logger.js';
import { makeFlagDirectory } from '../common/runtime/make-directory.js';
import { type OwnAddress, ownAddress } from '../common/runtime/own-address.js';
import { systemRandom } from '../common/runtime/random.js';
import { listenForShutdown } from '../common/runtime/shutdown.js';
import { unlessAborted } from '../common/runtime/unless-aborted.js';
import { Verbosity } from '../common/runtime/verbosity.js';
import { MemoryStore } from '../common/store/memory-store.js';
import { openSqliteStore } from '../common/store/sqlite-store.js';
import type { Store } from '../common/store/store.js';
import { API_VERSION, RELEASE } from '../common/version.js';
import { serveAgents } from './api/agent-link.js';
import type { DaemonInfo } from './api/daemon-info.js';
import { masterRoutes } from './api/routes.js';
import { serveSchedulers } from './api/scheduler-stream.js';
import { type MasterFlags, type MasterStart, masterHelp, readMasterFlags } from './flags.js';
import { Master } from './master.js';

/** How long clients may take to finish what is under way, and the store to write what waits, when the master stops. */
const STOP_BOUND_MS = 2_000;

/**
 * Runs a master until a signal ends it: `argv` are the arguments after the program's name. Gives the exit code; never
 * rejects for a mistake of the operator's, which is printed.
 */
export function runMaster(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return reportStartFailure(async () => {
    if (asksFor('help', argv)) return print(masterHelp(process.stdout.columns));
    if (asksFor('version', argv)) return print(`meseta ${RELEASE} (Mesos API ${API_VERSION})`);
    const start = readMasterFlags({ argv, env });
    const verbosity = new Verbosity(start.flags.logLevel);
    const log = createLogger('master', verbosity);
    for (const warning of start.warnings) log.warn(warning);
    exitOnUncaughtErrors(log);
    return await serve(start, verbosity, log);
  });
}

async function serve(start: MasterStart, verbosity: Verbosity, log: Logger): Promise<number> {
  const { flags } = start;
  using shutdown = listenForShutdown(log);
  // Whatever hangs, a name server or a disk, the first signal ends the start.
  const unlessStopped = <T>(step: Promise<T>) => unlessAborted(step, shutdown.signal);
  const address = await unlessStopped(ownAddress(flags));
  const grpc = new Server(grpcServerOptions());
  let http: RequestListener = (_request, response) => answerText(response, 503, 'Master has not finished recovery');
  // The port comes first: one that is taken must be told before the registry is touched.
  const port = await openOnePort(
    { host: address.listenIp, port: flags.port },
    { http: (request, response) => http(request, response), grpc },
  );
  try {
    const store = await unlessStopped(openRegistry(flags, log));
    try {
      const failure = Promise.withResolvers<Error>();
      const master = createMaster(flags, address, port, store, log, failure.resolve);
      await unlessStopped(
        new Promise<void>((resolve, reject) => master.start((error) => (error ? reject(error) : resolve()))),
      );
      const daemon = describe(start, verbosity);
      http = createRouter('master', masterRoutes(master, daemon), log);
      serveAgents(grpc, master, port.dropPeer, log);
      serveSchedulers(grpc, master, port.dropPeer, log);
      const listening = { address: `${address.ip}:${port.port}`, workDir: flags.workDir, master: master.info.id };
      log.info('Master is listening', listening);

      const failed = await untilStopped(shutdown.signal, failure.promise, log);
      master.stop();
      await stopWithin(STOP_BOUND_MS + 500, 'port', port.close(STOP_BOUND_MS), log);
      return failed ? DAEMON_EXIT.failed : DAEMON_EXIT.done;
    } finally {
      await stopWithin(STOP_BOUND_MS, 'registry', store.close(), log);
    }
  } finally {
    await port.close(0);
    log.info('Master has stopped');
  }
}

async function openRegistry(flags: MasterFlags, log: Logger): Promise<Store> {
  const { workDir } = flags;
  if (workDir !== undefined) await makeFlagDirectory('work_dir', workDir, 0o700);
  if (flags.registry === 'in_memory' || workDir === undefined) return new MemoryStore(systemClock);
  return await openSqliteStore(join(workDir, 'registry.sqlite'), { log: log.child({ part: 'registry' }) });
}

function createMaster(
  flags: MasterFlags,
  { hostname, ip }: OwnAddress,
  { port }: OnePort,
  store: Store,
  log: Logger,
  failed: (error: Error) => void,
): Master {
  const options = { ...flags, hostname, ip, port: flags.advertisePort ?? port };
  return new Master({ clock: systemClock, random: systemRandom, log, store, options, failed });
}

function describe({ printFlags }: MasterStart, verbosity: Verbosity): DaemonInfo {
  const nowMs = systemClock.wallMs();
  return { flags: printFlags(), startedWallMs: nowMs, electedWallMs: nowMs, verbosity };
}

/** Waits for a signal or for the core to fail; tells whether it failed. */
async function untilStopped(signal: AbortSignal, failure: Promise<Error>, log: Logger): Promise<boolean> {
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const error = await Promise.race([stopped, failure]);
  if (error !== undefined) log.error('Registry could not be written, leaving', { error });
  return error !== undefined;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return DAEMON_EXIT.done;
}

if (import.meta.main) process.exit(await runMaster(process.argv.slice(2), process.env));
