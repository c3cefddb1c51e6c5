import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRouter } from '../../../common/net/http/router.js';
import { silentLogger } from '../../../common/runtime/logger.js';
import { Verbosity } from '../../../common/runtime/verbosity.js';
import { mesos } from '../../../proto/index.js';
import { MasterRig } from '../../../test/support/master-rig.js';
import type { ScriptedAgent } from '../../../test/support/scripted-agent.js';
import { commandTask, frameworkInfo, type ScriptedScheduler } from '../../../test/support/scripted-scheduler.js';
import { classicRoutes } from './routes.js';

const { TASK_RUNNING, TASK_FINISHED } = mesos.v1.TaskState;

/** One agent of 4 cpus; a framework in role `ops` with a running task and one that ended, and an offer in hand. */
let rig: MasterRig;
let agent: ScriptedAgent;
let scheduler: ScriptedScheduler;
let server: Server;

beforeEach(async () => {
  rig = new MasterRig({ weights: { ops: 2.5 } });
  agent = rig.registeredAgent('host1', 'cpus:3;cpus(eng):1;mem:4096;ports:[31000-32000]');
  scheduler = rig.scheduler().subscribe(frameworkInfo({ roles: ['ops'] }));
  scheduler.launch(scheduler.takeOffers(), commandTask('first', agent.id), commandTask('second', agent.id));
  agent.update(scheduler.id, 'first', TASK_RUNNING, { timestamp: 100 });
  agent.update(scheduler.id, 'second', TASK_FINISHED, { timestamp: 200 });
  rig.clock.advance(10_000);
  const daemon = { flags: {}, startedWallMs: 0, electedWallMs: 0, verbosity: new Verbosity('info') };
  server = createServer(createRouter('master', classicRoutes(rig.master, daemon), silentLogger));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  rig.master.stop();
  server.close();
  server.closeAllConnections();
});

const ask = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
const read = async (path: string) => (await (await ask(path)).json()) as Record<string, Record<string, unknown>[]>;
const ids = (rows: Record<string, unknown>[] | undefined) => rows?.map(({ id }) => id);

describe('the endpoints that only read', () => {
  it('count the tasks of a framework and of an agent in /state-summary', async () => {
    const summary = await read('/state-summary');
    const counts = { TASK_RUNNING: 1, TASK_FINISHED: 1, TASK_FAILED: 0 };
    expect(summary['slaves']).toMatchObject([{ id: agent.id, framework_ids: [scheduler.id], ...counts }]);
    expect(summary['frameworks']).toMatchObject([
      { id: scheduler.id, slave_ids: [agent.id], used_resources: { cpus: 0.1, mem: 32 }, ...counts },
    ]);
  });

  it('show every resource of an agent with all its fields in /slaves', async () => {
    const [shown] = (await read(`/slaves?slave_id=${agent.id}`))['slaves'] ?? [];
    const allocation = { allocation_info: { role: 'ops' } };
    expect(shown).toMatchObject({ resources: { cpus: 4 }, reserved_resources: { eng: { cpus: 1 } } });
    expect(shown?.['used_resources_full']).toMatchObject([
      { name: 'cpus', scalar: { value: 0.1 }, ...allocation },
      { name: 'mem', scalar: { value: 32 }, ...allocation },
    ]);
    expect(shown?.['reserved_resources_full']).toMatchObject({ eng: [{ name: 'cpus', scalar: { value: 1 } }] });
    expect(await read('/slaves?slave_id=other')).toEqual({ slaves: [], recovered_slaves: [] });
  });

  it('show /frameworks whole, or the one asked for', async () => {
    expect(ids((await read('/frameworks'))['frameworks'])).toEqual([scheduler.id]);
    expect(ids((await read(`/frameworks?framework_id=${scheduler.id}`))['frameworks'])).toEqual([scheduler.id]);
    expect(ids((await read('/frameworks?framework_id=other'))['frameworks'])).toEqual([]);
  });

  it.each([
    ['', ['second', 'first']],
    ['?order=asc', ['first', 'second']],
    ['?order=asc&limit=1', ['first']],
    ['?order=asc&offset=1', ['second']],
    ['?limit=-1', ['second', 'first']],
    ['?limit=0', []],
    ['?offset=9', []],
    ['?limit=many', ['second', 'first']],
    ['?task_id=first', ['first']],
    ['?framework_id=other', []],
  ])('give the tasks of /tasks%s in order', async (query, expected) => {
    expect(ids((await read(`/tasks${query}`))['tasks'])).toEqual(expected);
  });

  it('tell of each role who is in it, what it holds, and its weight', async () => {
    expect(await read('/roles')).toEqual({
      roles: [
        {
          ...{
            name: 'eng',
            weight: 1,
            frameworks: [],
            allocated: {},
            offered: {},
            resources: {},
            reserved: { cpus: 1 },
          },
          quota: { role: 'eng', consumed: { cpus: 1 }, guarantee: {}, limit: {} },
        },
        {
          ...{ name: 'ops', weight: 2.5, frameworks: [scheduler.id], reserved: {} },
          allocated: { cpus: 0.1, mem: 32 },
          offered: { cpus: 2.9, mem: 4064, ports: 1001 },
          resources: { cpus: 3, mem: 4096, ports: 1001 },
          quota: { role: 'ops', consumed: { cpus: 0.1, mem: 32 }, guarantee: {}, limit: {} },
        },
      ],
    });
  });

  it.each([
    ['/weights', [{ role: 'ops', weight: 2.5 }]],
    ['/quota', {}],
    ['/maintenance/status', {}],
    ['/maintenance/schedule', {}],
    ['/files/debug', {}],
  ])('answer %s with what there is', async (path, expected) => {
    expect(await read(path)).toEqual(expected);
  });

  it('serve no file of the master', async () => {
    expect((await ask('/files/read?path=/etc/passwd&offset=0')).status).toBe(404);
    expect((await ask('/files/download?path=/etc/passwd')).status).toBe(404);
  });
});

describe('the metrics', () => {
  it('are one flat object of numbers', async () => {
    const metrics = await read('/metrics/snapshot?timeout=100ms');
    expect(metrics).toMatchObject({ 'master/slaves_active': 1, 'master/tasks_running': 1, 'master/elected': 1 });
    expect(new Set(Object.values(metrics).map((value) => typeof value))).toEqual(new Set(['number']));
  });

  it('refuse a time-out that is no duration', async () => {
    expect((await ask('/metrics/snapshot?timeout=soon')).status).toBe(400);
  });

  it('come in the text format of Prometheus too', async () => {
    const lines = (await (await ask('/metrics/prometheus')).text()).split('\n');
    expect(lines).toContain('# TYPE master_tasks_finished counter');
    expect(lines).toContain('master_tasks_finished 1');
    expect(lines).toContain('allocator_mesos_offer_filters_active{role="ops"} 0');
    expect(lines.filter((line) => !/^(# TYPE )?[a-z_]\w*(\{.*\})? \S+$|^$/i.test(line))).toEqual([]);
  });
});

describe('/logging/toggle', () => {
  it('tells the level, and raises it for a while', async () => {
    expect(await (await ask('/logging/toggle')).text()).toBe('0\n');
    expect((await ask('/logging/toggle?level=2&duration=1mins')).status).toBe(200);
    expect(await (await ask('/logging/toggle')).text()).toBe('2\n');
  });

  it.each(['?level=2', '?duration=1mins', '?level=x&duration=1mins', '?level=1&duration=x'])(
    'refuses %s',
    async (query) => {
      expect((await ask(`/logging/toggle${query}`)).status).toBe(400);
    },
  );
});

describe('JSONP', () => {
  it.each(['/version', '/state', '/tasks', '/roles'])('wraps %s in the call that was asked for', async (path) => {
    const answer = await ask(`${path}?jsonp=jQuery_1.done`);
    expect(answer.headers.get('content-type')).toBe('text/javascript');
    const plain = await (await ask(path)).text();
    expect(await answer.text()).toBe(`jQuery_1.done(${plain})`);
  });

  it.each(['alert(1)//', 'a b', '1a', 'a..b', '', '<script>', 'a'.repeat(129)])('refuses the name %j', async (name) => {
    expect((await ask(`/version?jsonp=${encodeURIComponent(name)}`)).status).toBe(400);
  });
});
