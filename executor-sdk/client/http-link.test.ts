import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { decode, ExecutorCall, ExecutorEvent, encode, encodeRecord } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import { httpDialer } from './http-link.js';

const CallType = mesos.v1.executor.Call.Type;
const EventType = mesos.v1.executor.Event.Type;
const identity = { executorId: { value: 'E1' }, frameworkId: { value: 'F1' } };
const subscribe: ExecutorCall = { ...identity, type: CallType.SUBSCRIBE, subscribe: {} };
const message = (byte: number): ExecutorCall => {
  return { ...identity, type: CallType.MESSAGE, message: { data: new Uint8Array([byte]) } };
};

type Answer = (call: ExecutorCall, response: ServerResponse, request: IncomingMessage) => void;

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers each call by script. Returns its address. */
async function serve(answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    answer(decode(ExecutorCall, Buffer.concat(pieces)), response, request);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? `127.0.0.1:${address?.port}` : '';
}

/** Dials, and keeps what it is told. */
function dial(address: string, token?: string) {
  const events: ExecutorEvent[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  const { promise: first, resolve: told } = Promise.withResolvers<void>();
  const link = httpDialer({ token }).dial(address, {
    received: (event) => {
      events.push(event);
      told();
    },
    closed: resolve,
  });
  return { link, events, closed, first };
}

describe('httpDialer()', () => {
  it('streams events, sends calls in their order, and delivers them before it closes', async () => {
    const heard: number[] = [];
    const address = await serve((call, response, { headers }) => {
      expect(headers.authorization).toBe('Bearer secret');
      if (call.type === CallType.SUBSCRIBE) {
        response.writeHead(200, { 'Content-Type': 'application/x-protobuf' });
        const record = encodeRecord(encode(ExecutorEvent, { type: EventType.HEARTBEAT }));
        response.write(record.subarray(0, 1));
        response.write(record.subarray(1));
        return;
      }
      heard.push(call.message?.data[0] ?? -1);
      response.writeHead(202).end();
    });
    const { link, events, closed, first } = dial(address, 'secret');
    link.send(subscribe);
    await first;
    expect(events.map(({ type }) => type)).toEqual([EventType.HEARTBEAT]);
    for (const byte of [1, 2, 3]) link.send(message(byte));
    link.close();
    expect(await closed).toBe('closed by this side');
    expect(heard).toEqual([1, 2, 3]);
  });

  it('tells why SUBSCRIBE was refused', async () => {
    const address = await serve((_, response) => response.writeHead(503).end('Agent has not finished recovery'));
    const { link, closed } = dial(address);
    link.send(subscribe);
    expect(await closed).toBe('SUBSCRIBE was answered 503 "Agent has not finished recovery"');
  });

  it('ends when the agent does, and when nobody listens', async () => {
    const address = await serve((_, response) => {
      response.writeHead(200).flushHeaders();
      response.destroy();
    });
    const { link, closed } = dial(address);
    link.send(subscribe);
    expect(await closed).toMatch(/closed|aborted|hang up|reset/i);
    const nobody = dial('127.0.0.1:1');
    nobody.link.send(subscribe);
    expect(await nobody.closed).toMatch(/ECONNREFUSED/);
  });

  it('ends when a call is refused', async () => {
    const address = await serve((call, response) => {
      if (call.type === CallType.SUBSCRIBE) response.writeHead(200).flushHeaders();
      else response.writeHead(403).end('Executor is not subscribed');
    });
    const { link, closed } = dial(address);
    link.send(subscribe);
    link.send(message(1));
    expect(await closed).toBe('a call was answered 403 "Executor is not subscribed"');
  });
});
