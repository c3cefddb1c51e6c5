import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client, credentials, type handleUnaryCall, Server } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { type OnePort, type OnePortOptions, openOnePort } from './one-port.js';

const opened: OnePort[] = [];
afterEach(async () => {
  for (const port of opened.splice(0)) await port.close(0);
});

async function openEcho(options: Partial<OnePortOptions> = {}): Promise<OnePort> {
  const grpc = new Server();
  const same = (bytes: Buffer) => bytes;
  const echo: handleUnaryCall<Buffer, Buffer> = (call, reply) => reply(null, call.request);
  grpc.register('/test/Echo', echo, same, same, 'unary');
  const port = await openOnePort(
    { host: '127.0.0.1', port: 0, ...options },
    { http: (_request, response) => response.end('hello'), grpc },
  );
  opened.push(port);
  return port;
}

function callEcho({ host, port }: OnePort, text: string): Promise<string> {
  const client = new Client(`${host}:${port}`, credentials.createInsecure());
  const same = (bytes: Buffer) => bytes;
  return new Promise<string>((resolve, reject) => {
    client.makeUnaryRequest('/test/Echo', same, same, Buffer.from(text), (error, answer) => {
      client.close();
      if (error) reject(error);
      else resolve(String(answer));
    });
  });
}

async function rawConnection({ host, port }: OnePort): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function allThatComes(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

describe('openOnePort()', () => {
  it('serves HTTP/1.1 and gRPC on one port', async () => {
    const port = await openEcho();
    const url = `http://${port.host}:${port.port}/`;
    expect(await (await fetch(url)).text()).toBe('hello');
    expect(await callEcho(port, 'over HTTP/2')).toBe('over HTTP/2');
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  it('recognises a request whose first bytes come one by one', async () => {
    const port = await openEcho();
    const socket = await rawConnection(port);
    socket.setNoDelay(true);
    for (const letter of 'PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
      socket.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await allThatComes(socket)).toMatch(/^HTTP\/1\.1 200 OK.*hello/s);
  });

  it('closes a client that says nothing, and one that never finishes its preface', async () => {
    const port = await openEcho({ helloTimeoutMs: 50 });
    const silent = await rawConnection(port);
    const dripping = await rawConnection(port);
    dripping.write('PRI * HT');
    expect(await allThatComes(silent)).toBe('');
    if (!dripping.destroyed) expect(await allThatComes(dripping)).toBe('');
  });

  it('closes a client that never finishes its headers', async () => {
    const port = await openEcho({ helloTimeoutMs: 50 });
    const slow = await rawConnection(port);
    slow.write('GET / HTTP/1.1\r\nHost: x\r\nX-Drip: ');
    expect(await allThatComes(slow)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('refuses connections beyond its cap and keeps serving the ones it has', async () => {
    const port = await openEcho({ maxConnections: 1 });
    const first = await rawConnection(port);
    const second = await rawConnection(port);
    expect(await allThatComes(second)).toBe('');
    first.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await allThatComes(first)).toContain('hello');
  });

  it('answers what is not HTTP with 400, and huge headers with 431', async () => {
    const port = await openEcho();
    const garbage = await rawConnection(port);
    garbage.write('\u0000\u0001\u0002 what\r\n\r\n');
    expect(await allThatComes(garbage)).toMatch(/^HTTP\/1\.1 400 /);
    const huge = await rawConnection(port);
    huge.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(17_000)}\r\n\r\n`);
    expect(await allThatComes(huge)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('says of a taken port which it is and what to do', async () => {
    const { port } = await openEcho();
    await expect(openEcho({ port })).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port}: the port is in use, stop the process that holds it or choose another with --port`,
    );
  });

  it('says of a foreign address that it is not of this machine', async () => {
    await expect(openEcho({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'BAD_FLAGS',
      message: expect.stringContaining('choose another with --ip'),
    });
  });

  it('ends the HTTP/2 connection of a client that has died, although no reset tells so', async () => {
    const port = await openEcho();
    const socket = await rawConnection(port);
    const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), emptySettings]));
    await once(socket, 'data');
    socket.end(); // what the kernel does for a process that was killed
    await allThatComes(socket);
  });

  it('closes in bounded time although a client holds on', async () => {
    const port = await openEcho();
    const lingering = await rawConnection(port);
    lingering.write('GET / HTTP/1.1\r\n');
    await port.close(20);
    if (!lingering.destroyed) await allThatComes(lingering);
    await expect(fetch(`http://${port.host}:${port.port}/`)).rejects.toThrow();
  });
});
