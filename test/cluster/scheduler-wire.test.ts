import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealCluster } from '../support/real-cluster.js';
import { until } from '../support/until.js';

interface WireEvent {
  readonly type: string;
  readonly subscribed?: { readonly framework_id: object };
  readonly offers?: { readonly offers: readonly WireOffer[] };
  readonly update?: { readonly status: Readonly<Record<string, unknown>> };
}

interface WireOffer {
  readonly id: object;
  readonly agent_id: object;
  readonly allocation_info?: object;
  readonly resources: readonly Readonly<Record<string, unknown>>[];
}

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.start();
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

/** A stream as its bytes: the head of the answer, and the chunks as they were cut. */
class RawStream {
  readonly #socket: Socket;
  #bytes = '';

  constructor(address: string, head: readonly string[], body: string) {
    const [host = '', port] = address.split(':');
    this.#socket = connect({ host, port: Number(port) });
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      this.#bytes += text;
    });
    this.#socket.write(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`);
  }

  get head(): string {
    return this.#bytes.slice(0, this.#bytes.indexOf('\r\n\r\n'));
  }

  get chunks(): string[] {
    const chunks: string[] = [];
    let at = this.#bytes.indexOf('\r\n\r\n') + 4;
    for (;;) {
      const start = this.#bytes.indexOf('\r\n', at) + 2;
      const end = start + Number.parseInt(this.#bytes.slice(at, start), 16);
      if (start === 1 || !(end + 2 <= this.#bytes.length)) return chunks;
      chunks.push(this.#bytes.slice(start, end));
      at = end + 2;
    }
  }

  get events(): WireEvent[] {
    return this.chunks.map((chunk) => JSON.parse(chunk.slice(chunk.indexOf('\n') + 1)) as WireEvent);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }
}

/** As an old client has it: no MULTI_ROLE, lone values where lists belong, numbers and booleans as text. */
const SUBSCRIBE = JSON.stringify({
  type: 'SUBSCRIBE',
  subscribe: { framework_info: { user: 'root', name: 'old', role: '*', checkpoint: 'false', failover_timeout: '0' } },
  credentials: { principal: 'nobody' },
});
const HEAD = ['POST /master/api/v1/scheduler/ HTTP/1.1', 'Host: x', 'content-type: Application/JSON; charset=utf-8'];

describe('a stream on the wire', () => {
  it('is chunked, one record a chunk, whatever the client says of its connection', async () => {
    const stream = new RawStream(cluster.masterAddress, [...HEAD, 'Connection: close'], SUBSCRIBE);
    await until('an offer', () => stream.events.length >= 3);
    expect(stream.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(stream.head).toMatch(/\r\nContent-Type: application\/json\r\n/);
    expect(stream.head).toMatch(/\r\nMesos-Stream-Id: \S{36}\r\n/);
    expect(stream.head).toMatch(/\r\nTransfer-Encoding: chunked/);
    expect(stream.head).not.toMatch(/content-length/i);
    for (const chunk of stream.chunks) {
      const [length = '', ...lines] = chunk.split('\n');
      expect([Number(length), lines.length]).toEqual([chunk.length - length.length - 1, 1]);
    }
    expect(stream.events.slice(0, 3).map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'OFFERS']);
    await stream.close();
  });
});

describe('a client of old', () => {
  it('is offered what it understands, and runs a task', async () => {
    const stream = new RawStream(cluster.masterAddress, [...HEAD, 'Authorization: Basic bm9ib2R5Og=='], SUBSCRIBE);
    const find = (what: string, fits: (event: WireEvent) => boolean) => until(what, () => stream.events.find(fits));
    const offers = await find('an offer', ({ type }) => type === 'OFFERS');
    const offer = offers.offers?.offers[0];
    expect(offer?.allocation_info).toBeUndefined();
    for (const resource of offer?.resources ?? []) expect(resource).toMatchObject({ role: '*' });
    expect(offer?.resources.filter((resource) => 'allocation_info' in resource)).toEqual([]);

    const scalar = (name: string, value: string) => ({ name, type: 'SCALAR', scalar: { value } });
    const task = {
      name: 'old',
      task_id: { value: 'old' },
      agent_id: offer?.agent_id,
      resources: [scalar('cpus', '0.1'), scalar('mem', '32')],
      command: { shell: 'true', value: 'true' },
    };
    const accept = { offer_ids: offer?.id, operations: { type: 'LAUNCH', launch: { task_infos: task } } };
    expect(await call(stream, { type: 'ACCEPT', accept })).toEqual([202, '']);
    const states = ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'];
    for (const state of states) {
      const { update } = await find(state, (event) => event.update?.status['state'] === state);
      const { agent_id, task_id, uuid } = update?.status ?? {};
      expect(await call(stream, { type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } })).toEqual([202, '']);
    }
    expect(await call(stream, { type: 'TEARDOWN' })).toEqual([202, '']);
    await stream.close();
  });
});

/** Makes a call over the stream, without saying what it takes for an answer. */
async function call(stream: RawStream, body: object): Promise<[status: number, text: string]> {
  const framework_id = stream.events[0]?.subscribed?.framework_id;
  const answer = await fetch(`http://${cluster.masterAddress}/api/v1/scheduler`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Mesos-Stream-Id': /Stream-Id: (\S+)/.exec(stream.head)?.[1] ?? '' },
    body: JSON.stringify({ framework_id, ...body }),
  });
  return [answer.status, await answer.text()];
}
