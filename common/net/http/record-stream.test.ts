import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../runtime/logger.js';
import { type OnePort, openOnePort } from '../one-port.js';
import { RecordStream } from './record-stream.js';
import { createRouter } from './router.js';

const opened: OnePort[] = [];
afterEach(async () => {
  for (const port of opened.splice(0)) await port.close(0);
});

/** A server whose only endpoint opens a stream of texts, and what happened to that stream. */
async function serveTexts(maxWaitingBytes = 2 ** 20) {
  const served: { stream?: RecordStream<string>; closedBecause?: string } = {};
  const handle: Parameters<typeof createRouter>[1][number]['handle'] = ({ response }) => {
    const stream = new RecordStream<string>(response, {
      headers: { 'Content-Type': 'application/json' },
      encode: (text) => Buffer.from(text),
      closed: (reason) => {
        served.closedBecause = reason;
      },
      maxWaitingBytes,
    });
    stream.open();
    served.stream = stream;
  };
  const routes = [{ path: '/stream', methods: ['GET'], handle }];
  const port = await openOnePort(
    { host: '127.0.0.1', port: 0 },
    { http: createRouter('master', routes, silentLogger) },
  );
  opened.push(port);
  const socket = connect({ host: port.host, port: port.port });
  await once(socket, 'connect');
  socket.write('GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const stream = await vi.waitFor(() => {
    if (served.stream === undefined) throw new Error('not asked yet');
    return served.stream;
  });
  return { served, socket, stream };
}

describe('RecordStream', () => {
  it('is chunked without a length, each record one chunk, even when the client closes afterwards', async () => {
    const { socket, stream } = await serveTexts();
    let raw = '';
    socket.on('data', (chunk) => {
      raw += chunk;
    });
    stream.send('{"a":1}');
    stream.send('second');
    stream.close();
    stream.send('too late');
    await once(socket, 'close');
    const [head, body] = raw.split('\r\n\r\n', 2);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain('Content-Type: application/json\r\n');
    expect(head).toContain('Transfer-Encoding: chunked');
    expect(head).not.toContain('Content-Length');
    expect(body).toBe('9\r\n7\n{"a":1}\r\n8\r\n6\nsecond\r\n0');
  });

  it('drops a reader for whom more waits than the bound', async () => {
    const { socket, stream, served } = await serveTexts(2 ** 20);
    socket.pause();
    for (let n = 0; n < 200 && served.closedBecause === undefined; n += 1) {
      stream.send('x'.repeat(2 ** 20));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(served.closedBecause).toMatch(/^the peer does not read: \d+ bytes wait for it$/);
    socket.destroy();
  });

  it('tells that the client has left', async () => {
    const { socket, served } = await serveTexts();
    socket.destroy();
    await vi.waitFor(() => expect(served.closedBecause).toBe('the peer closed the connection'));
  });
});
