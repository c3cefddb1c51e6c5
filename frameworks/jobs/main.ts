import { mkdir } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../common/runtime/clock.js';
import { exitOnUncaughtErrors } from '../../common/runtime/crash.js';
import { DAEMON_EXIT, reportStartFailure, stopWithin } from '../../common/runtime/daemon.js';
import { CodedError } from '../../common/runtime/errors.js';
import { asksFor } from '../../common/runtime/flags.js';
import { createLogger, type Logger, type LogLevel } from '../../common/runtime/logger.js';
import { systemRandom } from '../../common/runtime/random.js';
import { listenForShutdown } from '../../common/runtime/shutdown.js';
import { openSqliteStore } from '../../common/store/sqlite-store.js';
import { RELEASE } from '../../common/version.js';
import {
  FrameworkStore,
  grpcTransport,
  masterList,
  SchedulerClient,
  type SchedulerHandler,
  type SchedulerOptions,
  type SchedulerPorts,
} from '../../scheduler-sdk/index.js';
import { jobsApi } from './api/routes.js';
import { jobsHelp, readJobsFlags } from './flags.js';
import { JobsScheduler } from './jobs-scheduler.js';

const LEVELS: Readonly<Record<string, LogLevel>> = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' };
/** How long the store may take to write what waits when the framework stops, in ms. */
const STOP_BOUND_MS = 5_000;

/** Runs the jobs framework until a signal ends it. Tasks go on without it. Gives the exit code. */
export function runJobs(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return reportStartFailure(async () => {
    if (asksFor('help', argv)) return print(jobsHelp(process.stdout.columns));
    if (asksFor('version', argv)) return print(`meseta ${RELEASE}`);
    const { values, warnings } = readJobsFlags({ argv, env });
    const log = createLogger('jobs', LEVELS[values.logging_level] ?? 'info');
    for (const warning of warnings) log.warn(warning);
    exitOnUncaughtErrors(log);
    return await serve(values, log);
  });
}

async function serve(flags: ReturnType<typeof readJobsFlags>['values'], log: Logger): Promise<number> {
  using shutdown = listenForShutdown(log);
  await using stack = new AsyncDisposableStack();
  // The port comes first: one that is taken must be told before anything is read or subscribed.
  const api = Promise.withResolvers<RequestListener>();
  // Who asks before everything is read waits: a request without an answer would hang.
  const server = await listen(flags.ip, flags.port, (request, response) => {
    void api.promise.then((serve) => serve(request, response));
  });
  stack.defer(() => stopServer(server));
  await mkdir(flags.work_dir, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore(join(flags.work_dir, 'jobs.sqlite'), { log });
  stack.defer(() => stopWithin(STOP_BOUND_MS, 'store', store.close(), log));

  const jobs = new JobsScheduler({ clock: systemClock, random: systemRandom, log, store });
  await new Promise<void>((resolve, reject) => jobs.load((error) => (error ? reject(error) : resolve())));
  const failure = Promise.withResolvers<CodedError>();
  const ports: SchedulerPorts = {
    clock: systemClock,
    random: systemRandom,
    log,
    detector: masterList(flags.master.split(','), systemClock),
    dialer: grpcTransport(log),
    store: new FrameworkStore(store),
  };
  const client = new SchedulerClient(ports, describe(flags), toHandler(jobs, failure.resolve));
  jobs.attach(client);
  api.resolve(jobsApi(jobs, log));
  client.start();
  stack.defer(() => new Promise((resolve) => client.stop({}, () => resolve())));
  log.info('Jobs framework is listening', { address: `${flags.ip}:${flags.port}`, workDir: flags.work_dir });
  const error = await Promise.race([aborted(shutdown.signal), failure.promise]);
  if (error !== undefined) log.error('Jobs framework has given up', { error });
  return error === undefined ? DAEMON_EXIT.done : DAEMON_EXIT.failed;
}

function describe(flags: ReturnType<typeof readJobsFlags>['values']): SchedulerOptions {
  return {
    name: 'jobs',
    user: flags.user ?? userInfo().username,
    roles: [flags.role],
    hostname: flags.ip,
    webuiUrl: `http://${flags.ip}:${flags.port}`,
    failoverTimeoutMs: flags.failover_timeout,
  };
}

function toHandler(jobs: JobsScheduler, failed: (error: CodedError) => void): SchedulerHandler {
  return {
    subscribed: () => jobs.subscribed(),
    disconnected: () => jobs.disconnected(),
    offers: (offers) => jobs.offers(offers),
    update: (update) => jobs.update(update),
    failure: (what) => jobs.failure(what),
    failed: (_kind, error) => failed(error),
  };
}

function listen(host: string, port: number, serve: RequestListener): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(serve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'something listens there already; stop it or choose another --port'
          : error.message;
      reject(new CodedError('REFUSED', `Cannot listen on ${host}:${port}: ${why}`, { cause: error }));
    });
    server.listen({ host, port }, () => resolve(server));
  });
}

function stopServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return DAEMON_EXIT.done;
}

if (import.meta.main) process.exit(await runJobs(process.argv.slice(2), process.env));
