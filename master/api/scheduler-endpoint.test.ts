import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRouter } from '../../common/net/http/router.js';
import { type OnePort, openOnePort } from '../../common/net/one-port.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { Verbosity } from '../../common/runtime/verbosity.js';
import { mesos } from '../../proto/index.js';
import { MasterRig } from '../../test/support/master-rig.js';
import { type Format, SchedulerHttp } from '../../test/support/scheduler-http.js';
import { commandTask, frameworkInfo } from '../../test/support/scripted-scheduler.js';
import { until } from '../../test/support/until.js';
import { masterRoutes } from './routes.js';

const { Type: CallType } = mesos.v1.scheduler.Call;
const { Type: EventType } = mesos.v1.scheduler.Event;

let rig: MasterRig;
let port: OnePort;
let address: string;
const open: SchedulerHttp[] = [];

beforeEach(async () => {
  rig = new MasterRig();
  const daemon = { flags: {}, startedWallMs: 0, electedWallMs: 0, verbosity: new Verbosity('info') };
  const http = createRouter('master', masterRoutes(rig.master, daemon), silentLogger);
  port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http });
  address = `127.0.0.1:${port.port}`;
});
afterEach(async () => {
  for (const scheduler of open.splice(0)) scheduler.close();
  rig.master.stop();
  await port.close(0);
});

async function subscribe(
  info = frameworkInfo(),
  format: Format = 'json',
  headers: Readonly<Record<string, string>> = {},
): Promise<SchedulerHttp> {
  const scheduler = await SchedulerHttp.subscribe(address, { frameworkInfo: info }, format, headers);
  open.push(scheduler);
  rig.settle();
  return scheduler;
}

async function subscribed(...how: Parameters<typeof subscribe>) {
  const scheduler = await subscribe(...how);
  const read = await scheduler.next(({ type }) => type === EventType.SUBSCRIBED);
  const frameworkId = read?.event.subscribed?.frameworkId;
  if (!frameworkId) throw new Error(`no SUBSCRIBED: ${scheduler.answer.status} ${scheduler.answer.text}`);
  return { scheduler, frameworkId };
}

describe.each(['json', 'protobuf'] as const)('a scheduler that speaks %s over HTTP', (format) => {
  it('subscribes, is offered resources, launches a task and hears of it', async () => {
    const agent = rig.registeredAgent();
    const { scheduler, frameworkId } = await subscribed(frameworkInfo(), format, {});
    rig.settle();
    const offers = await scheduler.next(({ type }) => type === EventType.OFFERS);
    const offer = offers?.event.offers?.offers?.[0];
    const launch = { taskInfos: [commandTask('t', offer?.agentId.value ?? '')] };
    const operations = [{ type: mesos.v1.Offer.Operation.Type.LAUNCH, launch }];
    const accept = { offerIds: offer ? [offer.id] : [], operations };
    const answer = await scheduler.call({ type: CallType.ACCEPT, frameworkId, accept });
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([202, '', '0']);
    rig.settle();
    expect(agent.take('runTask').task?.taskId.value).toBe('t');
  });

  it('is answered 200 when it updates itself, and 400 with the reason when it may not', async () => {
    const { scheduler, frameworkId } = await subscribed(frameworkInfo(), format, {});
    const update = (more: object) =>
      scheduler.call({
        type: CallType.UPDATE_FRAMEWORK,
        frameworkId,
        updateFramework: { frameworkInfo: frameworkInfo({ id: frameworkId, ...more }) },
      });
    const done = await update({ name: 'renamed' });
    expect([done.status, done.text, done.headers['content-type']]).toEqual([200, '', undefined]);
    expect((await update({ roles: ['/bad'] })).status).toBe(400);
  });
});

describe('the stream', () => {
  it('is chunked, without a charset, with an id of its own, and a HEARTBEAT follows SUBSCRIBED', async () => {
    const { scheduler } = await subscribed();
    const { status, headers } = scheduler.answer;
    expect([status, headers['content-type'], headers['transfer-encoding']]).toEqual([
      200,
      'application/json',
      'chunked',
    ]);
    expect(headers['content-length']).toBeUndefined();
    expect(scheduler.streamId).toMatch(/^[0-9a-f-]{36}$/);
    await until('a HEARTBEAT', () => scheduler.events.length === 2);
    expect(scheduler.events[1]?.document).toEqual({ type: 'HEARTBEAT' });
  });

  it.each(['json', 'x-protobuf'])('comes as records of %s when records are asked for by name', async (name) => {
    const media = `application/${name}`;
    const headers = { Accept: 'application/recordio', 'Message-Accept': media };
    const { scheduler } = await subscribed(frameworkInfo(), 'json', headers);
    const got = [scheduler.answer.headers['content-type'], scheduler.answer.headers['message-content-type']];
    expect(got).toEqual(['application/recordio', media]);
  });

  it('that a newer one replaces is told so, ends, and its id is worth nothing', async () => {
    const { scheduler, frameworkId } = await subscribed();
    const { scheduler: newer } = await subscribed(frameworkInfo({ id: frameworkId }));
    const told = await scheduler.next(({ type }) => type === EventType.ERROR);
    expect(told?.document).toEqual({ type: 'ERROR', error: { message: 'Framework failed over' } });
    await until('the old stream to end', () => scheduler.ended);
    const refused = await scheduler.call({ type: CallType.REVIVE, frameworkId });
    expect([refused.status, refused.text]).toEqual([
      400,
      `The stream ID '${scheduler.streamId}' included in this request didn't match the stream ID currently associated with framework ID ${frameworkId.value}`,
    ]);
    expect((await newer.call({ type: CallType.REVIVE, frameworkId })).status).toBe(202);
  });

  it('whose reader leaves disconnects the framework, and calls for it are refused with 403', async () => {
    const { scheduler, frameworkId } = await subscribed();
    scheduler.close();
    const connection = () => [...rig.master.frameworks.live.values()][0]?.connection.kind;
    await until('the framework to be disconnected', () => connection() === 'disconnected');
    const refused = await scheduler.call({ type: CallType.REVIVE, frameworkId });
    expect([refused.status, refused.text]).toEqual([403, 'Framework is not subscribed']);
  });

  it('of a framework that speaks gRPC is not spoken for over HTTP', async () => {
    const other = rig.scheduler().subscribe();
    const { scheduler } = await subscribed();
    const refused = await scheduler.call({ type: CallType.REVIVE, frameworkId: { value: other.id } });
    expect([refused.status, refused.text]).toEqual([403, 'Framework is not connected via HTTP']);
  });

  it('ends with the framework', async () => {
    const { scheduler, frameworkId } = await subscribed();
    expect((await scheduler.call({ type: CallType.TEARDOWN, frameworkId })).status).toBe(202);
    rig.settle();
    await until('the stream to end', () => scheduler.ended);
    const refused = await scheduler.call({ type: CallType.REVIVE, frameworkId });
    expect([refused.status, refused.text]).toEqual([400, 'Framework cannot be found']);
  });

  it('of a reader that stops reading is dropped at a bound', async () => {
    const { hostname } = new URL(`http://${address}`);
    const socket = connect({ host: hostname, port: port.port });
    const body = JSON.stringify({
      type: 'SUBSCRIBE',
      subscribe: {
        framework_info: { user: 'root', name: 'stuck', roles: ['*'], capabilities: [{ type: 'MULTI_ROLE' }] },
      },
    });
    const head = ['POST /api/v1/scheduler HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
    socket.write(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`);
    socket.pause();
    const frameworks = rig.master.frameworks.live;
    const row = await until('it to be subscribed', () => {
      rig.settle();
      return [...frameworks.values()][0];
    });
    const data = new Uint8Array(2 ** 20);
    const event = { type: EventType.MESSAGE, message: { agentId: { value: 'a' }, executorId: { value: 'e' }, data } };
    const { connection } = row;
    if (connection.kind === 'connected') for (let sent = 0; sent < 80; sent++) connection.link.send(event);
    await until('it to be dropped', () => {
      rig.settle();
      return row.connection.kind !== 'connected' || !frameworks.has(row.id);
    });
    socket.destroy();
  });
});

describe('a call with several faults is told the first', () => {
  const headers = { 'Mesos-Stream-Id': 'x' };
  it.each([
    ['no user', { frameworkInfo: { name: 'n', user: '' } }, { ...headers, Accept: 'text/html' }, 406],
    ['a stream id', { frameworkInfo: frameworkInfo() }, headers, 400],
  ] as const)('SUBSCRIBE with %s', async (_, call, more, status) => {
    const scheduler = await SchedulerHttp.subscribe(address, call, 'json', more);
    expect(scheduler.answer.status).toBe(status);
    expect(rig.master.frameworks.live.size).toBe(0);
  });
});
