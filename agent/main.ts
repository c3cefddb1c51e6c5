import { realpath } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { fixedDetector } from '../common/coordination/detector.js';
import { grpcDialer } from '../common/net/grpc-link.js';
import { answerText } from '../common/net/http/answer.js';
import { createRouter } from '../common/net/http/router.js';
import { agentEndOfAgentLink } from '../common/net/link-methods.js';
import { openOnePort } from '../common/net/one-port.js';
import { systemClock } from '../common/runtime/clock.js';
import { exitOnUncaughtErrors } from '../common/runtime/crash.js';
import { DAEMON_EXIT, reportStartFailure, stopWithin } from '../common/runtime/daemon.js';
import { asksFor } from '../common/runtime/flags.js';
import { createLogger, type Logger } from '../common/runtime/logger.js';
import { makeFlagDirectory } from '../common/runtime/make-directory.js';
import { ownAddress } from '../common/runtime/own-address.js';
import { systemRandom } from '../common/runtime/random.js';
import { listenForShutdown } from '../common/runtime/shutdown.js';
import { unlessAborted } from '../common/runtime/unless-aborted.js';
import { Verbosity } from '../common/runtime/verbosity.js';
import { openSqliteStore } from '../common/store/sqlite-store.js';
import { API_VERSION, RELEASE } from '../common/version.js';
import { Agent } from './agent.js';
import { agentRoutes } from './api/routes.js';
import { sandboxReader } from './api/sandbox-reader.js';
import { sessionStarter } from './api/session-starter.js';
import { Sessions } from './api/sessions.js';
import { createProber } from './checks/prober.js';
import type { Fetch } from './containerizer/fetcher/fetch.js';
import { PosixContainerizer } from './containerizer/posix-containerizer.js';
import { type AgentFlags, type AgentStart, agentHelp, readAgentFlags } from './flags.js';
import { startHousekeeping } from './housekeeping.js';
import { agentMetrics } from './metrics/agent-metrics.js';
import { countFetches, type FetchFigures, type ProcessFigures, processMetrics } from './metrics/process-figures.js';
import type { AgentPorts } from './ports.js';
import { Garbage } from './sandbox/garbage.js';
import { sandboxesOnDisk } from './sandbox/sandboxes-on-disk.js';
import { type Host, readSettings, THIS_HOST } from './settings.js';

/** How long clients may take to finish what is under way, and the store to write what waits, when the agent stops. */
const STOP_BOUND_MS = 2_000;

/** Why the agent's process ends. */
type End = { readonly failed: boolean; readonly reason: string };

/**
 * Runs an agent until a signal or its master ends it: `argv` are the arguments after the program's name. Gives the exit
 * code; never rejects for a mistake of the operator's, which is printed. Tasks outlive it, unless SIGUSR1 or the master
 * told it to leave.
 */
export function runAgent(argv: readonly string[], env: NodeJS.ProcessEnv, host = THIS_HOST): Promise<number> {
  return reportStartFailure(async () => {
    if (asksFor('help', argv)) return print(agentHelp(process.stdout.columns));
    if (asksFor('version', argv)) return print(`meseta ${RELEASE} (Mesos API ${API_VERSION})`);
    boundYoungGeneration();
    const start = readAgentFlags({ argv, env });
    const verbosity = new Verbosity(start.flags.logLevel);
    const log = createLogger('agent', verbosity);
    for (const warning of start.warnings) log.warn(warning);
    exitOnUncaughtErrors(log);
    return await serve(start, env, host, verbosity, log);
  });
}

/**
 * Keeps the heap's young generation as small as it is now. V8 doubles it under load, to some 40 MiB after a thousand
 * tasks, and gives nothing back; an agent shares its machine with the tasks, and what it drops dies young anyway.
 */
function boundYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

async function serve(
  start: AgentStart,
  env: NodeJS.ProcessEnv,
  host: Host,
  verbosity: Verbosity,
  log: Logger,
): Promise<number> {
  const startedAtMs = systemClock.nowMs();
  using shutdown = listenForShutdown(log);
  using leave = listenForLeave();
  // Whatever hangs, a name server or a disk, the first signal ends the start.
  const unlessStopped = <T>(step: Promise<T>) => unlessAborted(step, shutdown.signal);
  const address = await unlessStopped(ownAddress(start.flags));
  let http: RequestListener = (_request, response) => answerText(response, 503, 'Agent has not finished recovery');
  // The port comes first: one that is taken must be told before anything in the work directory is touched.
  const port = await openOnePort(
    { host: address.listenIp, port: start.flags.port },
    { http: (request, response) => http(request, response) },
  );
  try {
    const flags = await unlessStopped(settle(start.flags, port.port));
    await using stack = new AsyncDisposableStack();
    const end = Promise.withResolvers<End>();
    const { garbage, containerizer, fetches, ...ports } = await unlessStopped(
      openPorts(flags, stack, end.resolve, log),
    );
    const agent = new Agent({ ...ports, containerizer }, await readSettings(flags, address, env, host));
    stack.defer(() => agent.stop());
    await unlessStopped(
      new Promise<void>((resolve, reject) => agent.start((error) => (error ? reject(error) : resolve()))),
    );
    const figures: ProcessFigures = {
      fetches,
      fetcherCacheBytes: flags.fetcher.cache.maxBytes,
      recoveryMs: systemClock.nowMs() - startedAtMs,
      launchesFailed: () => containerizer.launchesFailed,
      garbage: () => garbage.figures,
    };
    findGarbage(garbage, agent, flags.workDir).catch((error: unknown) =>
      log.warn('Old sandboxes not found', { error }),
    );
    stack.use(startHousekeeping(() => containerizer.sandboxes(), garbage, flags, log));
    leave.heard.then(() => agent.leave('Received SIGUSR1'));
    http = createRouter('slave(1)', routesOf(agent, start, containerizer, figures, verbosity), log);
    log.info('Agent is listening', { address: `${address.ip}:${flags.advertisePort}`, workDir: flags.workDir });

    const { failed, reason } = await untilEnd(shutdown.signal, end.promise);
    log[failed ? 'error' : 'info']('Agent is stopping', { reason });
    agent.stop();
    await stopWithin(STOP_BOUND_MS + 500, 'port', port.close(STOP_BOUND_MS), log);
    return failed ? DAEMON_EXIT.failed : DAEMON_EXIT.done;
  } finally {
    await port.close(0);
    log.info('Agent has stopped');
  }
}

/** What only the running agent knows: the port where any free one was asked for, and where the work directory really is. */
async function settle(flags: AgentFlags, port: number): Promise<AgentFlags> {
  await makeFlagDirectory('work_dir', flags.workDir, 0o755);
  await makeFlagDirectory('runtime_dir', flags.runtimeDir, 0o700);
  await makeFlagDirectory('fetcher_cache_dir', flags.fetcher.cache.directory, 0o700);
  return { ...flags, advertisePort: flags.advertisePort ?? port, workDir: await realpath(flags.workDir) };
}

/** What the agent does things with; what has to be closed again is put on `stack`. */
interface Opened extends AgentPorts {
  readonly containerizer: PosixContainerizer;
  readonly garbage: Garbage;
  readonly fetches: FetchFigures;
}

async function openPorts(
  flags: AgentFlags,
  stack: AsyncDisposableStack,
  ended: (end: End) => void,
  logger: Logger,
): Promise<Opened> {
  const { workDir, gcDelayMs: delayMs, gcDiskHeadroom: headroom } = flags;
  const store = await openSqliteStore(join(workDir, 'meta', 'agent.sqlite'), { log: logger.child({ part: 'store' }) });
  stack.defer(() => stopWithin(STOP_BOUND_MS, 'store', store.close(), logger));
  const fetches: FetchFigures = { succeeded: 0, failed: 0 };
  const containerizer = await startContainerizer(flags, fetches, logger);
  stack.defer(() => stopWithin(STOP_BOUND_MS, 'containerizer', containerizer.stop(true), logger));
  const garbage = new Garbage({ workDir, delayMs, headroom }, systemClock, logger);
  return {
    clock: systemClock,
    random: systemRandom,
    logger,
    store,
    detector: fixedDetector(flags.master, systemClock),
    dialer: grpcDialer(agentEndOfAgentLink, logger),
    containerizer,
    fetches,
    prober: createProber(containerizer),
    garbage,
    fatal: (reason) => ended({ failed: true, reason }),
    exit: (reason) => ended({ failed: false, reason }),
    sandboxEnded: (directory, atWallMs) => garbage.ended(directory, atWallMs),
  };
}

/** What ended under earlier agents waits for its deletion too. */
async function findGarbage(garbage: Garbage, agent: Agent, workDir: string): Promise<void> {
  const found = await sandboxesOnDisk(workDir);
  const live = new Set(agent.liveSandboxes()); // asked now, so that it holds those that were made meanwhile
  for (const { path, writtenAtMs } of found) if (!live.has(path)) garbage.found(path, writtenAtMs);
}

async function startContainerizer(
  flags: AgentFlags,
  fetches: FetchFigures,
  logger: Logger,
): Promise<PosixContainerizer> {
  const containerizer = new PosixContainerizer({
    workDir: flags.workDir,
    runtimeDir: flags.runtimeDir,
    logger: logger.child({ part: 'containerizer' }),
    fetch: countFetches(fetchOnDemand(flags), fetches),
  });
  await containerizer.start();
  return containerizer;
}

/** The fetcher with its unpackers is loaded by the first task that brings files: an idle agent is to stay small. */
function fetchOnDemand({ workDir, fetcher: { cache, frameworksHome, stallTimeoutMs } }: AgentFlags): Fetch {
  let loaded: Promise<Fetch> | undefined;
  const load = async () => {
    const { createFetch } = await import('./containerizer/fetcher/fetch.js');
    const home = frameworksHome === undefined ? {} : { frameworksHome };
    return createFetch({ workDir, cache, ...home, limits: { stallTimeoutMs } });
  };
  return async (request, signal) => {
    loaded ??= load();
    await (await loaded)(request, signal);
  };
}

function routesOf(
  agent: Agent,
  start: AgentStart,
  containerizer: PosixContainerizer,
  figures: ProcessFigures,
  verbosity: Verbosity,
) {
  const startedAtMs = systemClock.nowMs();
  return agentRoutes({
    metrics: () => [...agentMetrics(agent, systemClock.nowMs() - startedAtMs), ...processMetrics(figures)],
    agent,
    clock: systemClock,
    files: sandboxReader(agent),
    sessions: new Sessions(),
    start: sessionStarter(containerizer),
    daemon: {
      flags: start.printFlags(),
      startedWallMs: systemClock.wallMs(),
      masterHostname: start.flags.master.replace(/:\d+$/, ''),
      verbosity,
    },
  });
}

/**
 * SIGUSR1 takes the agent out of the cluster for good, as in the original: its tasks end, then it unregisters. Listened
 * for from the start, as Node's own answer to it is to let debuggers in.
 */
function listenForLeave(): Disposable & { readonly heard: Promise<void> } {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const listener = () => resolve();
  process.on('SIGUSR1', listener);
  return { heard, [Symbol.dispose]: () => void process.off('SIGUSR1', listener) };
}

async function untilEnd(signal: AbortSignal, end: Promise<End>): Promise<End> {
  const stopped = new Promise<End>((resolve) => {
    const told = () => resolve({ failed: false, reason: 'told by a signal' });
    if (signal.aborted) told();
    signal.addEventListener('abort', told, { once: true });
  });
  return await Promise.race([stopped, end]);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return DAEMON_EXIT.done;
}

if (import.meta.main) process.exit(await runAgent(process.argv.slice(2), process.env));
