import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mesos } from '../../proto/index.js';
import { RealCluster } from '../support/real-cluster.js';

let cluster: RealCluster;
let addresses: Record<'master' | 'agent', string>;
let pids: number[];

const daemons = () => [cluster.master, ...cluster.agents];

beforeAll(async () => {
  cluster = await RealCluster.start();
  const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
  const info = getAgents?.agents?.[0]?.agentInfo;
  addresses = { master: cluster.masterAddress, agent: `${info?.hostname}:${info?.port}` };
  pids = daemons().map(({ pid }) => pid);
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

/** Sends bytes as they are and gives all that comes back until the daemon or `boundMs` ends it. */
async function sendRaw(address: string, bytes: string | Buffer, boundMs = 1_000): Promise<string> {
  const [host, port] = address.split(':');
  const socket = connect({ host: host ?? '', port: Number(port) });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(bytes);
  const bound = setTimeout(() => socket.destroy(), boundMs);
  await once(socket, 'close');
  clearTimeout(bound);
  return answer;
}

/** Calls that answer with a stream. */
const STREAMS: ReadonlySet<string> = new Set(['SUBSCRIBE']);
/** Members of calls that are looked into. */
const MEMBERS = ['list_files', 'read_file', 'wait_container', 'launch_nested_container_session', 'set_logging_level'];

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const head = (line: string, ...headers: string[]) =>
  `${[line, 'Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;
const post = (path: string, body: string, ...headers: string[]) =>
  head(
    `POST ${path} HTTP/1.1`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
  ) + body;

/** What is sent, and the status lines that may answer it; empty: the connection is just closed. */
const ATTACKS: readonly (readonly [name: string, bytes: string | Buffer, answer: RegExp])[] = [
  ['noise', Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 7919) & 0xff)), /^$|^HTTP\/1\.1 400/],
  ['a TLS greeting', Buffer.from('16030100c8010000c40303', 'hex'), /^$|^HTTP\/1\.1 400/],
  ['a preface and noise', `${PREFACE}${'\u0001'.repeat(4096)}`, /^/],
  ['half a preface', PREFACE.slice(0, 10), /^$/],
  ['a request of another protocol', 'EHLO mail\r\n\r\n', /^HTTP\/1\.1 400/],
  ['two lengths', head('POST /api/v1 HTTP/1.1', 'Content-Length: 4', 'Content-Length: 5'), /^HTTP\/1\.1 400/],
  [
    'a length and chunks',
    head('POST /api/v1 HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked'),
    /^HTTP\/1\.1 400/,
  ],
  [
    'a chunk length that is none',
    `${head('POST /api/v1 HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n`,
    /^HTTP\/1\.1 400|^$/,
  ],
  [
    'a huge body announced',
    head('POST /api/v1 HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 99999999999'),
    /^HTTP\/1\.1 413/,
  ],
  ['a malformed path', head('GET /%zz HTTP/1.1'), /^HTTP\/1\.1 400/],
  ['a NUL in the path', head('GET /state%00 HTTP/1.1'), /^HTTP\/1\.1 400/],
  ['a path that climbs', head('GET /../../etc/passwd HTTP/1.1'), /^HTTP\/1\.1 404/],
  ['a very long path', head(`GET /${'a'.repeat(8_000)} HTTP/1.1`), /^HTTP\/1\.1 404/],
  ['a path beyond the header bound', head(`GET /${'a'.repeat(40_000)} HTTP/1.1`), /^HTTP\/1\.1 431|^$/],
  ['an asterisk', head('OPTIONS * HTTP/1.1'), /^HTTP\/1\.1 404/],
  ['a tunnel', head('CONNECT evil:80 HTTP/1.1'), /^$/],
  ['an upgrade', head('GET /health HTTP/1.1', 'Upgrade: h2c'), /^HTTP\/1\.1 200/],
  ['an unknown method', head('BREW /state HTTP/1.1'), /^HTTP\/1\.1 400/],
  ['deep nesting', post('/api/v1', '{"a":'.repeat(100_000)), /^HTTP\/1\.1 400/],
  ['a prototype', post('/api/v1', '{"__proto__":{"type":"GET_HEALTH"}}'), /^HTTP\/1\.1 400/],
  ['an unknown call', post('/api/v1', '{"type":"NOPE"}'), /^HTTP\/1\.1 400/],
  ['a call without its member', post('/api/v1', '{"type":"READ_FILE"}'), /^HTTP\/1\.1 400/],
  [
    'an offset beyond all',
    post('/api/v1', '{"type":"READ_FILE","read_file":{"path":"/x","offset":1e400}}'),
    /^HTTP\/1\.1 400/,
  ],
  [
    'a negative offset',
    post('/api/v1', '{"type":"READ_FILE","read_file":{"path":"/x","offset":-5}}'),
    /^HTTP\/1\.1 40[04]/,
  ],
  ['an Accept of noise', post('/api/v1', '{"type":"GET_HEALTH"}', `Accept: ${';q=,'.repeat(500)}`), /^HTTP\/1\.1 406/],
];

describe.each(['master', 'agent'] as const)('the listener of the %s', (who) => {
  it.each(ATTACKS)('survives %s', async (_, bytes, answer) => {
    expect(await sendRaw(addresses[who], bytes)).toMatch(answer);
    expect((await fetch(`http://${addresses[who]}/health`)).status).toBe(200);
  });

  it('answers what makes no sense with a reason, and never with a failure of its own', async () => {
    const types = who === 'master' ? mesos.v1.master.Call.Type : mesos.v1.agent.Call.Type;
    const names = Object.keys(types).filter((name) => Number.isNaN(Number(name)) && !STREAMS.has(name));
    const calls = fc.record({
      type: fc.oneof(fc.constantFrom(...names), fc.jsonValue()),
      ...Object.fromEntries(MEMBERS.map((member) => [member, fc.jsonValue({ maxDepth: 4 })])),
    });
    for (const call of fc.sample(calls, { numRuns: 300, seed: 7 })) {
      const answer = await fetch(`http://${addresses[who]}/api/v1`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(call),
      });
      const text = await answer.text();
      expect([call, answer.status, text]).toSatisfy(() => answer.status < 500 || answer.status === 501);
    }
  });

  it('ends a body without end at the bound', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const start = head('POST /api/v1 HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked');
    expect(await sendRaw(addresses[who], start + chunk.repeat(300), 5_000)).toMatch(/^HTTP\/1\.1 413|^$/);
  });

  it('answers a thousand requests that come in one piece', async () => {
    const one = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
    const answers = await sendRaw(addresses[who], one.repeat(999) + head('GET /health HTTP/1.1'), 10_000);
    expect(answers.split('HTTP/1.1 200 OK')).toHaveLength(1_001);
  });

  it('serves others while many connections say nothing', async () => {
    const [host, port] = addresses[who].split(':');
    const idle = Array.from({ length: 500 }, () =>
      connect({ host: host ?? '', port: Number(port) }).on('error', () => {}),
    );
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect((await fetch(`http://${addresses[who]}/health`)).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });
});

describe('the daemons after all this', () => {
  it('are the same processes', () => {
    expect(daemons().map(({ running, pid }) => [running, pid])).toEqual(pids.map((pid) => [true, pid]));
  });

  it('still know each other', async () => {
    await cluster.registered();
  });
});
