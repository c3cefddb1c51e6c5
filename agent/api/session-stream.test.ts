import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRouter } from '../../common/net/http/router.js';
import { type OnePort, openOnePort } from '../../common/net/one-port.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import type { SessionListener } from './api-ports.js';
import { streamSession } from './session-stream.js';

let clock: VirtualClock;
let port: OnePort;
let client: Socket;
let heard: string;
let session: { listener: SessionListener; held: boolean; closed: number };
let ends: unknown[];

beforeEach(async () => {
  clock = new VirtualClock();
  session = { listener: { output: () => {}, ended: () => {} }, held: false, closed: 0 };
  ends = [];
  heard = '';
  const routes = [{ path: '/session', methods: ['GET'], handle: serve }];
  const http = createRouter('slave(1)', routes, silentLogger);
  port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http });
  client = connect({ host: port.host, port: port.port });
  await once(client, 'connect');
  client.write('GET /session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  client.on('data', (chunk) => {
    heard += chunk;
  });
  await vi.waitFor(() => expect(heard).toContain('200 OK'));
});

afterEach(async () => {
  client.destroy();
  await port.close(0);
});

function serve(exchange: Parameters<typeof streamSession>[0]): void {
  const mine = session; // the end of an earlier test's must not count as its own
  streamSession(exchange, {
    clock,
    heartbeatMs: 30_000,
    start: (listener) => {
      mine.listener = listener;
      return {
        pause: () => {
          mine.held = true;
        },
        resume: () => {
          mine.held = false;
        },
        close: () => {
          mine.closed++;
        },
      };
    },
    ended: (end) => ends.push(end),
  });
}

describe('streamSession()', () => {
  it('streams what is printed, and ends with the session', async () => {
    session.listener.output('stdout', Buffer.from('hello'));
    session.listener.ended({ kind: 'exited', code: 0 });
    await once(client, 'close');
    expect(heard).toContain('{"type":"DATA","data":{"type":"STDOUT","data":"aGVsbG8="}}');
    expect(ends).toEqual([{ kind: 'exited', code: 0 }]);
  });

  it('shows life while nothing is printed, and no longer than the session lasts', async () => {
    clock.advance(60_000);
    const beat =
      '{"type":"CONTROL","control":{"type":"HEARTBEAT","heartbeat":{"interval":{"nanoseconds":30000000000}}}}';
    await vi.waitFor(() => expect(heard.split(beat)).toHaveLength(3));
    session.listener.ended({ kind: 'exited', code: 0 });
    await vi.waitFor(() => expect(session.closed).toBe(1));
    expect(clock.step()).toBe(false); // no timer is left
  });

  it('holds the session back while the client does not read, and lets it go on when it does', async () => {
    client.pause();
    await vi.waitFor(() => {
      session.listener.output('stdout', Buffer.alloc(2 ** 20));
      expect(session.held).toBe(true);
    });
    client.resume();
    await vi.waitFor(() => expect(session.held).toBe(false));
    expect(ends).toEqual([]);
  });

  it('kills the session when the client leaves', async () => {
    client.destroy();
    await vi.waitFor(() => expect(session.closed).toBe(1));
    expect(clock.step()).toBe(false); // no timer is left
  });
});
