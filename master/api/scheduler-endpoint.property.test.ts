import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRouter } from '../../common/net/http/router.js';
import { type OnePort, openOnePort } from '../../common/net/one-port.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { Verbosity } from '../../common/runtime/verbosity.js';
import { SchedulerCall } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import { arbitraryMessage } from '../../test/support/arbitrary-message.js';
import { MasterRig } from '../../test/support/master-rig.js';
import { type Format, mediaHeaders, request, SchedulerHttp } from '../../test/support/scheduler-http.js';
import { frameworkInfo } from '../../test/support/scripted-scheduler.js';
import { masterRoutes } from './routes.js';

const { SUBSCRIBE, TEARDOWN } = mesos.v1.scheduler.Call.Type;
const FORMATS: readonly Format[] = ['json', 'protobuf'];

let rig: MasterRig;
let port: OnePort;
let address: string;
let scheduler: SchedulerHttp;

beforeAll(async () => {
  rig = new MasterRig();
  rig.registeredAgent();
  const daemon = { flags: {}, startedWallMs: 0, electedWallMs: 0, verbosity: new Verbosity('info') };
  const http = createRouter('master', masterRoutes(rig.master, daemon), silentLogger);
  port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http });
  address = `127.0.0.1:${port.port}`;
  scheduler = await SchedulerHttp.subscribe(address, { frameworkInfo: frameworkInfo() });
  rig.settle();
});
afterAll(async () => {
  scheduler.close();
  rig.master.stop();
  await port.close(0);
});

const row = () => [...rig.master.frameworks.live.values()][0];

describe('whatever a scheduler sends', () => {
  it.each(FORMATS)('a well-formed call in %s is done or refused with a reason', async (format) => {
    const calls = arbitraryMessage(SchedulerCall).filter(({ type }) => type !== SUBSCRIBE && type !== TEARDOWN);
    const property = fc.asyncProperty(calls, async (call) => {
      const frameworkId = { value: row()?.id ?? '' };
      const { updateFramework } = call;
      const own = updateFramework && {
        updateFramework: { ...updateFramework, frameworkInfo: { ...updateFramework.frameworkInfo, id: frameworkId } },
      };
      const { status, text } = await scheduler.call({ ...call, ...own, frameworkId }, { format });
      rig.settle();
      expect([status, text]).toSatisfy(() => [200, 202].includes(status) || (status === 400 && text !== ''));
    });
    await fc.assert(property, { numRuns: 150, seed: 11 });
    expect(row()?.connection.kind).toBe('connected');
  });

  it.each(FORMATS)('bytes that are said to be %s get a 4xx', async (format) => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    const property = fc.asyncProperty(bodies, async (body) => {
      const url = `http://${address}/api/v1/scheduler`;
      const { status, text } = await request(url, 'POST', Buffer.from(body), mediaHeaders(format));
      expect([status, text]).toSatisfy(() => status >= 400 && status < 500 && text !== '');
    });
    await fc.assert(property, { numRuns: 150, seed: 12 });
  });
});
