import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { mesos } from '../../proto/index.js';
import { buildTask, createScheduler, match, type Scheduler, shellCommand } from '../../scheduler-sdk/index.js';
import { compareShapes, shapeOf } from '../conformance/shape.js';
import { RealCluster } from '../support/real-cluster.js';
import { TaskDriver } from '../support/task-driver.js';
import { until } from '../support/until.js';

/** A request to the original and what it answered. */
interface Step {
  readonly step: string;
  readonly request: Record<string, unknown>;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
}

const recorded = (name: string): Step[] =>
  JSON.parse(readFileSync(new URL(`../conformance/transcripts/${name}.json`, import.meta.url), 'utf8')) as Step[];

const SERVED: readonly string[] = [
  ...['GET_HEALTH', 'GET_FLAGS', 'GET_VERSION', 'GET_STATE', 'GET_AGENTS', 'GET_FRAMEWORKS', 'GET_EXECUTORS'].map(
    (call) => `master ${call}`,
  ),
  ...['GET_TASKS', 'GET_ROLES', 'GET_MASTER', 'GET_WEIGHTS', 'GET_QUOTA', 'GET_METRICS', 'GET_LOGGING_LEVEL'].map(
    (call) => `master ${call}`,
  ),
  ...['GET_OPERATIONS', 'GET_MAINTENANCE_STATUS', 'GET_MAINTENANCE_SCHEDULE'].map((call) => `master ${call}`),
  ...['GET_HEALTH', 'GET_FLAGS', 'GET_VERSION', 'GET_STATE', 'GET_CONTAINERS', 'GET_FRAMEWORKS'].map(
    (call) => `agent ${call}`,
  ),
  ...['GET_EXECUTORS', 'GET_TASKS', 'GET_AGENT', 'GET_OPERATIONS', 'GET_RESOURCE_PROVIDERS', 'GET_LOGGING_LEVEL'].map(
    (call) => `agent ${call}`,
  ),
  ...['/health', '/version', '/flags', '/state', '/master/state', '/master/health', '/nope'].map(
    (path) => `master GET ${path}`,
  ),
  ...['/state-summary', '/state.json', '/slaves', '/master/slaves', '/frameworks', '/tasks', '/roles', '/weights'].map(
    (path) => `master GET ${path}`,
  ),
  ...['/quota', '/metrics/snapshot', '/maintenance/status', '/maintenance/schedule', '/redirect', '/files/debug'].map(
    (path) => `master GET ${path}`,
  ),
  ...['master', 'agent'].map((daemon) => `${daemon} GET /system/stats.json`),
  'master GET /logging/toggle',
  ...['/containers', '/slave(1)/containers', '/monitor/statistics', '/metrics/snapshot', '/files/debug'].map(
    (path) => `agent GET ${path}`,
  ),
  ...['/files/browse', '/files/browse?path=/etc', '/files/read?path=/etc/passwd&offset=0', '/files/read?path=x'].map(
    (path) => `agent GET ${path}`,
  ),
  'agent GET /files/read?path=/nope&offset=zz',
  ...['/health', '/version', '/flags', '/state', '/slave(1)/state', '/slave(1)/health', '/nope'].map(
    (path) => `agent GET ${path}`,
  ),
];

/** Places whose keys are names: flags, roles, attributes, resources by role. */
const NAMED = /\.(flags|attributes|reserved_resources(_full|_allocated)?|reserved_resources\.\*)$/;

/** Documents that are one map: of figures, whose names a test of their own holds against a table, or of paths. */
const FLAT = /(\/metrics\/snapshot|\/files\/debug)$/;

/** What differs on purpose, or because the recorded cluster had run what ours has not; the reason stands beside each. */
const EXPLAINED: readonly (readonly [difference: RegExp, reason: string])[] = [
  [
    /extra .*(\.(offers|offered_resources): list|\.get_roles\..*\.ranges: object)/,
    'no offer was out when the calls were recorded',
  ],
  [/missing .*(\.principal|\.role_constraints|\[\]\.reregistered_time)/, 'frameworks with these had run there'],
  [/missing .*\.completed_tasks\[\]\.resources\[\]\.(reservations|disk)/, 'a task on a volume had run there'],
  [/missing .*\.terminated_tasks\[\]/, 'tasks there had been cut off from their framework'],
  [
    /missing .*executor_info\.(command\.environment|discovery|shutdown_grace_period)/,
    'a custom executor had run there',
  ],
  [/missing .*executor_info\.(command\.arguments|resources)/, 'our command executor is no process and holds nothing'],
  [/extra \.get_weights: object/, 'no weight had been set there yet; that answer has no member then'],
  [/missing .*(\.configs|\.infos)/, 'quotas had been set there'],
  [/missing .*\.get_operations\.operations/, 'a framework there had asked to be told of a reservation'],
];

let cluster: RealCluster;
let addresses: Readonly<Record<string, string>>;
let scheduler: Scheduler;

beforeAll(async () => {
  cluster = await RealCluster.start({
    agentFlags: ['--attributes=rack:r1;size:3'],
    masterFlags: ['--weights=ops=2.5'],
  });
  const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
  const info = getAgents?.agents?.[0]?.agentInfo;
  addresses = { master: cluster.masterAddress, agent: `${info?.hostname}:${info?.port}` };
  await runWhatEnds();
  await runWhatStays();
});
afterAll(async () => {
  await scheduler?.stop({ teardown: true });
  await cluster?.[Symbol.asyncDispose]();
});

const PORTS = { ports: [{ number: 8080, name: 'web', protocol: 'tcp' }] };
const LABELS = { labels: [{ key: 'a', value: 'b' }] };

/** A framework that ran commands and a task group, and is gone. */
async function runWhatEnds(): Promise<void> {
  await using driver = new TaskDriver(cluster.masterAddress, 'capture');
  const offered = () => driver.until('an offer', () => driver.offers.length > 0);
  await offered();
  driver.launch(new Map([['life-ok', 'true']]), 0.1, 32);
  await offered();
  driver.launch(new Map([['life-late', 'sleep 100']]), 0.1, 32, {
    labels: LABELS,
    discovery: { visibility: mesos.v1.DiscoveryInfo.Visibility.CLUSTER, name: 'late', ports: PORTS },
    killPolicy: { gracePeriod: { nanoseconds: 1e9 } },
    maxCompletionTime: { nanoseconds: 1e8 },
  });
  await driver.ended(['life-ok', 'life-late']);
  await offered();
  driver.launchGroup('grp1', { 'grp1-a': 'true', 'grp1-b': 'true' });
  const { TASK_FINISHED } = mesos.v1.TaskState;
  await driver.until(
    'the group to end',
    () =>
      driver.statuses.filter(({ state, taskId }) => state === TASK_FINISHED && /^grp/.test(taskId.value)).length === 2,
  );
}

/** A framework of another role with a running task that has labels, and an offer in hand. */
async function runWhatStays(): Promise<void> {
  const seen: string[] = [];
  scheduler = await createScheduler(
    { name: 'op-view', master: cluster.masterAddress, roles: ['ops'], log: silentLogger, failoverTimeoutMs: 5_000 },
    (client) => ({
      offers: (offers) => {
        if (client.tasks.has('op-1')) return;
        const { placements } = match([{ id: 'op-1', needs: { cpus: 0.1, mem: 32 } }], offers);
        for (const { offers: used, launches } of placements) {
          const body = {
            command: shellCommand('echo hello; sleep 100'),
            labels: { labels: [{ key: 'a', value: 'b' }] },
          };
          client.launch(
            used,
            launches.map((launch) => buildTask(launch, body)),
            { refuseSeconds: 0 },
          );
        }
      },
      status: ({ state }) => void seen.push(mesos.v1.TaskState[state] ?? ''),
    }),
  );
  await until('the task to run and the rest to be offered', async () => {
    const state = (await (await fetch(`http://${addresses['master']}/state`)).json()) as {
      frameworks: { offers: unknown[] }[];
    };
    return seen.includes('TASK_RUNNING') && state.frameworks[0]?.offers.length === 1;
  });
}

/** Sends what the original was sent. */
async function ask({ step, request }: Step): Promise<Response> {
  const [daemon = '', what = ''] = step.split(' ');
  const address = addresses[daemon === 'error' ? 'master' : daemon];
  if (what === 'GET') return await fetch(`http://${address}${String(request['path'])}`, { redirect: 'manual' });
  return await fetch(`http://${address}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(request),
  });
}

describe('an answer has the form of the recorded one', () => {
  const steps = [...recorded('operator'), ...recorded('v0')].filter(({ step }) => SERVED.includes(step));

  it('for every call that is served', () => {
    expect(new Set(steps.map(({ step }) => step))).toEqual(new Set(SERVED));
  });

  it.each(steps.map((step) => [step.step, step] as const))('%s', async (_, step) => {
    const answer = await ask(step);
    expect(answer.status).toBe(step.status);
    const type = step.headers['Content-Type'] ?? null;
    expect(answer.headers.get('content-type')).toBe(type);
    const text = await answer.text();
    if (step.body === undefined) {
      expect(text).toBe(step.text);
      return;
    }
    const named = FLAT.test(step.step) ? /^$/ : NAMED;
    const differences = compareShapes(shapeOf(JSON.parse(text), named), shapeOf(step.body, named));
    expect(differences.filter((line) => !EXPLAINED.some(([difference]) => difference.test(line)))).toEqual([]);
  });
});

describe('what the recorder asked by other means', () => {
  const NONE: Pick<Step, 'status' | 'headers' | 'body'> & { b64?: string } = { status: 0, headers: {} };
  const step = (name: string): typeof NONE => recorded('v0').find((one) => one.step === name) ?? NONE;

  /** Path of the request to the agent or master that the step stands for, given the sandbox of the running task. */
  const asked: Readonly<Record<string, (sandbox: string) => [daemon: string, path: string]>> = {
    'master jsonp': () => ['master', '/version?jsonp=cb'],
    'tasks filtered': () => ['master', '/tasks?task_id=op-1'],
    'tasks limit': () => ['master', '/tasks?limit=1&order=asc'],
    'files browse': (sandbox) => ['agent', `/files/browse?path=${sandbox}`],
    'files read': (sandbox) => ['agent', `/files/read?path=${sandbox}/stdout&offset=0&length=100`],
    'files read end': (sandbox) => ['agent', `/files/read?path=${sandbox}/stdout&offset=-1`],
    'files download': (sandbox) => ['agent', `/files/download?path=${sandbox}/stdout`],
  };

  it.each(Object.entries(asked))('%s', async (name, pathOf) => {
    const state = (await (await fetch(`http://${addresses['agent']}/state`)).json()) as {
      frameworks: { executors: { directory: string }[] }[];
    };
    const [daemon, path] = pathOf(state.frameworks[0]?.executors[0]?.directory ?? '');
    const answer = await fetch(`http://${addresses[daemon]}${path}`);
    const { status, headers, body, b64 } = step(name);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(headers['Content-Type']);
    expect(answer.headers.get('content-disposition')).toBe(headers['Content-Disposition'] ?? null);
    const text = await answer.text();
    if (name.startsWith('files read')) expect(JSON.parse(text)).toEqual(body);
    else if (body !== undefined) {
      const differences = compareShapes(shapeOf(JSON.parse(text), NAMED), shapeOf(body, NAMED));
      // The oldest task may be one that has labels: the two start side by side.
      expect(differences.filter((line) => !/^extra \.tasks\[\]\.(labels|discovery)/.test(line))).toEqual([]);
    } else if (name === 'files download') {
      expect(Buffer.from(text).toString('base64')).toBe(b64);
    } else expect(text).toMatch(/^cb\(\{.*\}\)$/);
  });
});

describe('/help', () => {
  it.each(['master', 'agent'])('lists the endpoints of the %s', async (daemon) => {
    const text = await (await fetch(`http://${addresses[daemon]}/help`)).text();
    expect(text.split('\n')).toEqual(expect.arrayContaining(['/api/v1  POST', '/state  GET, POST, HEAD']));
    const document = (await (await fetch(`http://${addresses[daemon]}/help?format=json`)).json()) as {
      processes: { endpoints: { name: string }[] }[];
    };
    expect(document.processes[0]?.endpoints.map(({ name }) => name)).toContain('/metrics/snapshot');
  });
});

describe('a refusal is the recorded one', () => {
  const refusals = recorded('operator').filter(({ status }) => status >= 400);

  it.each(refusals.map((step) => [step.step, step] as const))('%s', async (_, step) => {
    const answer = await fetch(`http://${addresses['master']}/api/v1`, requestOf(step));
    const text = await answer.text();
    // Where the syntax is wrong is told in the words of our parser.
    expect([answer.status, step.step === 'error not json' ? text.slice(0, 30) : text]).toEqual([
      step.status,
      step.step === 'error not json' ? step.text?.slice(0, 30) : step.text,
    ]);
    expect(answer.headers.get('content-type')).toBe(step.headers['Content-Type'] ?? null);
    if (step.headers['Allow'] !== undefined) expect(answer.headers.get('allow')).toBe(step.headers['Allow']);
  });
});

/** The transcript leaves out what its recorder sent by other means. */
function requestOf({ step, request }: Step): RequestInit {
  if (step === 'error GET') return { method: 'GET' };
  const body =
    step === 'error not json'
      ? '{'
      : JSON.stringify(step === 'master LIST_FILES' ? { type: 'LIST_FILES', list_files: { path: '/' } } : request);
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
}
