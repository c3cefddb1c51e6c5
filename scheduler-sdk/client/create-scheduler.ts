import { userInfo } from 'node:os';
import { systemClock } from '../../common/runtime/clock.js';
import { CodedError } from '../../common/runtime/errors.js';
import { createLogger, type Logger } from '../../common/runtime/logger.js';
import { systemRandom } from '../../common/runtime/random.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import { openSqliteStore } from '../../common/store/sqlite-store.js';
import type { Store } from '../../common/store/store.js';
import type { TaskStatus } from '../../proto/index.js';
import { FrameworkStore } from '../store/framework-store.js';
import type { LaunchedTask } from '../store/launched-task.js';
import { grpcTransport } from './grpc-transport.js';
import type { SchedulerHandler } from './handler.js';
import { masterList } from './master-list.js';
import type { SchedulerOptions } from './options.js';
import { SchedulerClient, type SchedulerPorts, type StopOptions } from './scheduler-client.js';

/**
 * What an author writes: `SchedulerHandler`, with updates in a friendlier form. When `status` returns, or the promise
 * it returns resolves, the update is stored and acknowledged; when it throws, it will be told again.
 */
export interface AuthorHandler extends Omit<SchedulerHandler, 'update'> {
  /** `task` is what was known before; absent for a task that this framework does not remember. */
  status?(status: TaskStatus, task: LaunchedTask | undefined): void | Promise<void>;
}

/** The options of `SchedulerOptions`, where the master is, and what is remembered across restarts. */
export interface SchedulerSetup extends Omit<SchedulerOptions, 'user'> {
  /** `host:port` of the master, or of several, the leader among them: a list or separated by commas. */
  readonly master: string | readonly string[];
  /** Account that tasks run as. Default: that of this process. */
  readonly user?: string | undefined;
  /**
   * The file that remembers the framework's id and tasks, or an open store, which stays the caller's to close. Without
   * it nothing survives this process, so the framework is torn down when the master loses it.
   */
  readonly storage?: string | Store | undefined;
  /** Default: JSON lines on standard error. */
  readonly log?: Logger | undefined;
  /** In place of the real ones, for tests: see `scheduler-sdk/testing`. */
  readonly ports?: Partial<SchedulerPorts> | undefined;
}

/** A scheduler at work. */
export interface Scheduler extends AsyncDisposable {
  readonly client: SchedulerClient;
  /** Resolves when it was stopped; rejects when it has given up, see `FailureKind`. */
  readonly ended: Promise<void>;
  /** Stops and closes what was opened. Tasks go on unless `teardown` is set. Safe to call twice. */
  stop(options?: StopOptions): Promise<void>;
}

/**
 * Starts a scheduler: connects, subscribes, keeps at it. `author` is given the client to make calls with and returns
 * who is to be told of events. Rejects when options are wrong or the storage cannot be opened.
 */
export async function createScheduler(
  setup: SchedulerSetup,
  author: (client: SchedulerClient) => AuthorHandler,
): Promise<Scheduler> {
  const { master, user = userInfo().username, storage, log = createLogger(setup.name), ports, ...options } = setup;
  const masters = typeof master === 'string' ? master.split(',').map((address) => address.trim()) : master;
  checkMasters(masters);
  const clock = ports?.clock ?? systemClock;
  const store =
    typeof storage === 'string' ? await openSqliteStore(storage, { log }) : (storage ?? new MemoryStore(clock));
  const forgetful = storage === undefined && ports?.store === undefined;
  const failover = forgetful && options.failoverTimeoutMs === undefined ? { failoverTimeoutMs: 0 } : {};
  const all = {
    clock,
    random: systemRandom,
    log,
    detector: masterList(masters, clock),
    dialer: grpcTransport(log),
    store: new FrameworkStore(store),
    ...ports,
  };
  const close = async () => {
    if (typeof storage === 'string') await store.close();
  };
  return run(all, { ...options, ...failover, user }, author, close);
}

function run(
  ports: SchedulerPorts,
  options: SchedulerOptions,
  author: (client: SchedulerClient) => AuthorHandler,
  close: () => Promise<void>,
): Scheduler {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {}); // whoever does not ask must not crash
  // Between two connections nothing else would keep the process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  const end = (settle: () => void) => {
    clearInterval(alive);
    close().then(settle, reject);
  };
  const handler: SchedulerHandler = {};
  const client = new SchedulerClient(ports, options, handler);
  const told = author(client);
  Object.assign(handler, toHandler(told), {
    failed: (kind, error) => {
      told.failed?.(kind, error);
      end(() => reject(error));
    },
  } satisfies SchedulerHandler);
  client.start();
  const stop = (stopOptions?: StopOptions) => {
    client.stop(stopOptions, (error) => end(() => (error ? reject(error) : resolve())));
    return ended;
  };
  return { client, ended, stop, [Symbol.asyncDispose]: () => stop().catch(() => {}) };
}

/** Bound to the author's object, so that it may be a class. */
function toHandler(author: AuthorHandler): SchedulerHandler {
  const handler: SchedulerHandler = {
    ...(author.subscribed && { subscribed: author.subscribed.bind(author) }),
    ...(author.disconnected && { disconnected: author.disconnected.bind(author) }),
    ...(author.offers && { offers: author.offers.bind(author) }),
    ...(author.rescinded && { rescinded: author.rescinded.bind(author) }),
    ...(author.inverseOffers && { inverseOffers: author.inverseOffers.bind(author) }),
    ...(author.inverseOfferRescinded && { inverseOfferRescinded: author.inverseOfferRescinded.bind(author) }),
    ...(author.operation && { operation: author.operation.bind(author) }),
    ...(author.message && { message: author.message.bind(author) }),
    ...(author.failure && { failure: author.failure.bind(author) }),
    ...(author.refused && { refused: author.refused.bind(author) }),
    ...(author.reconciled && { reconciled: author.reconciled.bind(author) }),
  };
  if (!author.status) return handler;
  const update: SchedulerHandler['update'] = ({ status, task, confirm, reject }) => {
    const dealt = author.status?.(status, task);
    if (dealt === undefined) confirm();
    else dealt.then(() => confirm(), reject);
  };
  return { ...handler, update };
}

function checkMasters(masters: readonly string[]): void {
  const wrong = masters.filter(
    (address) => !/^[^\s:/]+:\d{1,5}$/.test(address) && !/^\[[\da-f:]+\]:\d{1,5}$/i.test(address),
  );
  if (masters.length > 0 && wrong.length === 0) return;
  const got = wrong.length > 0 ? `"${wrong.join('", "')}"` : 'nothing';
  throw new CodedError('BAD_INPUT', `Cannot create scheduler: master is ${got}, host:port is wanted`);
}
