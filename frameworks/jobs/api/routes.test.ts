import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../common/runtime/logger.js';
import { offer } from '../../../scheduler-sdk/testing/index.js';
import { JobsRig } from '../../../test/support/jobs-rig.js';
import { jobsClient } from '../cli/client.js';
import { jobsApi } from './routes.js';

let rig: JobsRig;
let server: Server;
let base: string;
let ticking: NodeJS.Timeout;

beforeEach(async () => {
  rig = JobsRig.subscribed();
  server = createServer(jobsApi(rig.jobs, silentLogger)).listen(0, '127.0.0.1');
  // The API is real, the master and the clock are not: the store answers as time moves on.
  ticking = setInterval(() => rig.clock.advance(1), 1);
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  clearInterval(ticking);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const client = () =>
  jobsClient(async (method, path, body) => {
    const answer = await fetch(base + path, { method, ...(body === undefined ? {} : { body }) });
    return { status: answer.status, body: await answer.text() };
  });

async function value<Value>(
  answer: Promise<{ ok: true; value: Value } | { ok: false; status: number }>,
): Promise<Value> {
  const given = await answer;
  if (given.ok) return given.value;
  throw new Error(`refused with ${given.status}`);
}

const hello = { token: 't1', name: 'hello', command: { shell: 'true' }, count: 2 };

describe('the API of the jobs framework', () => {
  it('takes a job, shows it, lists it, and gives the same one for the same token', async () => {
    const first = await fetch(`${base}/v1/jobs`, { method: 'POST', body: JSON.stringify(hello) });
    expect(first.status).toBe(201);
    const again = await fetch(`${base}/v1/jobs`, { method: 'POST', body: JSON.stringify(hello) });
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(await first.json());
    expect(await value(client().job('hello'))).toMatchObject({ state: 'waiting', counts: { waiting: 2 } });
    expect((await value(client().jobs())).map(({ id, instances }) => [id, instances])).toEqual([['hello', undefined]]);
  });

  it('refuses a bad submission with every problem', async () => {
    const answer = await client().submit({ ...hello, count: 0, name: '!' });
    expect(answer).toMatchObject({ ok: false, status: 400, refusal: { message: 'the submission is not valid' } });
    expect(!answer.ok && answer.refusal.problems.map(({ field }) => field)).toEqual(['name', 'count']);
  });

  it('refuses a submission that is too large with 413', async () => {
    const body = JSON.stringify({ ...hello, env: { BIG: 'x'.repeat(3 * 2 ** 20) } });
    const outgoing = request(`${base}/v1/jobs`, { method: 'POST', headers: { 'Content-Length': body.length } });
    outgoing.on('error', () => {}); // it stops reading
    outgoing.end(body);
    const [incoming] = await once(outgoing, 'response');
    expect(incoming.statusCode).toBe(413);
  });

  it.each([
    ['GET', '/v1/jobs/none', 'No job "none" was submitted here'],
    ['POST', '/v1/jobs/none/kill', 'No job "none" was submitted here'],
    ['POST', '/v1/tasks/none.0/kill', 'No live task "none.0" was submitted here'],
    ['GET', '/v1/tasks/none.0/explain', 'No task or job "none.0" was submitted here'],
    ['GET', '/', 'There is nothing at GET /'],
    ['DELETE', '/v1/jobs', 'There is nothing at DELETE /v1/jobs'],
    ['GET', '/v1/jobs/a/kill/more', 'There is nothing at GET /v1/jobs/a/kill/more'],
    ['PUT', '/health', 'There is nothing at PUT /health'],
  ])('answers 404 in the common shape: %s %s', async (method, path, message) => {
    const answer = await fetch(base + path, { method });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ message, problems: [] });
  });

  it.each(['version=x', 'wait_ms=-1', 'wait_ms=1.5', 'version='])('refuses ?%s', async (query) => {
    await client().submit(hello);
    const answer = await fetch(`${base}/v1/jobs/hello?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('must be a whole number from 0');
  });

  it('holds a request until the job changes, then tells what changed', async () => {
    const { version } = await value(client().submit(hello));
    rig.master.expect.revive();
    const asked = once(server, 'request');
    const waiting = value(client().job('hello', version, 30_000));
    await asked;
    rig.master.send.offers(offer({ cpus: 0.1 }));
    const view = await waiting;
    expect(view.version).toBeGreaterThan(version);
    expect(view.instances?.map(({ index, state }) => [index, state])).toEqual([[0, 'launching']]);
  });

  it('answers at once, with everything, who knows a version from another life', async () => {
    const { version } = await value(client().submit(hello));
    expect((await value(client().job('hello', version + 1e9, 30_000))).instances).toHaveLength(2);
  });

  it('answers after the wait when nothing changes', async () => {
    const { version } = await value(client().submit(hello));
    expect(await value(client().job('hello', version, 1))).toMatchObject({ version, instances: [] });
  });

  it('kills a job, and one task that waits', async () => {
    await client().submit(hello);
    expect(await client().killTask('hello.1')).toMatchObject({ ok: true });
    expect((await value(client().job('hello'))).counts).toEqual({ waiting: 1, killed: 1 });
    expect(await client().killJob('hello')).toMatchObject({ ok: true });
    expect((await value(client().job('hello'))).state).toBe('killed');
    expect(await client().killTask('hello.1')).toMatchObject({ ok: false, status: 404 });
  });

  it('is healthy while a master is heard', async () => {
    expect((await fetch(`${base}/health`)).status).toBe(200);
    rig.master.disconnect();
    expect((await fetch(`${base}/health`)).status).toBe(503);
  });

  it('forgets who asked and left', async () => {
    const { version } = await value(client().submit(hello));
    const aborter = new AbortController();
    const asked = once(server, 'request');
    const left = fetch(`${base}/v1/jobs/hello?version=${version}&wait_ms=30000`, { signal: aborter.signal });
    await asked;
    aborter.abort();
    await expect(left).rejects.toThrow();
    expect((await value(client().job('hello'))).version).toBe(version);
  });
});
