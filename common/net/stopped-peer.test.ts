import { type ChildProcess, spawn } from 'node:child_process';
import { Server } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MasterMessage } from '../../proto/index.js';
import type { Link } from '../link.js';
import { silentLogger } from '../runtime/logger.js';
import { grpcServerOptions, type LinkLimits, serveGrpcLink } from './grpc-link.js';
import { masterEndOfAgentLink } from './link-methods.js';
import { openOnePort } from './one-port.js';

const KEEPALIVE = { keepaliveMs: 300, keepaliveTimeoutMs: 300 };

/** A peer in a process of its own: prints how many bytes it has read; stops reading on a line `pause`. */
const PEER = `
  const { Client, credentials } = require('@grpc/grpc-js');
  const client = new Client(process.argv[1], credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  const call = client.makeBidiStreamRequest(process.argv[2], (bytes) => bytes, (bytes) => bytes);
  let bytes = 0;
  call.on('data', (batch) => { bytes += batch.length; console.log(bytes); });
  call.on('error', () => process.exit(0));
  process.stdin.on('data', (line) => String(line).includes('pause') ? call.pause() : call.resume());
`;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

interface Peer {
  readonly link: Link<MasterMessage>;
  readonly process: ChildProcess;
  closedBecause: string | undefined;
  readBytes: number;
}

/** A server, and a way to have peers connect to it. */
async function serve(limits: LinkLimits) {
  const links: Peer['link'][] = [];
  const closed = new Map<Peer['link'], string>();
  const grpc = new Server(grpcServerOptions(limits));
  const port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http: (_, response) => response.end(), grpc });
  cleanUp.push(() => port.close(0));
  const connected = (link: Peer['link']) => {
    links.push(link);
    return { received: () => {}, closed: (reason: string) => closed.set(link, reason) };
  };
  serveGrpcLink(grpc, masterEndOfAgentLink, connected, port.dropPeer, silentLogger, limits);
  const connect = async (): Promise<Peer> => {
    const known = links.length;
    const args = ['-e', PEER, `127.0.0.1:${port.port}`, masterEndOfAgentLink.path];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    cleanUp.push(() => child.kill('SIGKILL'));
    await vi.waitFor(() => expect(links).toHaveLength(known + 1), { timeout: 15_000 });
    const link = links[known] as Peer['link'];
    const peer = {
      link,
      process: child,
      readBytes: 0,
      get closedBecause() {
        return closed.get(link);
      },
    };
    child.stdout?.on('data', (lines) => {
      peer.readBytes = Number(String(lines).trim().split('\n').at(-1));
    });
    return peer;
  };
  return { connect };
}

const message = (bytes: number): MasterMessage => ({
  frameworkMessage: { frameworkId: { value: 'f' }, executorId: { value: 'e' }, data: Buffer.alloc(bytes) },
});
const MIB = 2 ** 20;

describe('a peer that does not read', () => {
  it('is dropped in bounded time when its process is stopped, and others are served meanwhile', async () => {
    const { connect } = await serve(KEEPALIVE);
    const [stopped, other] = [await connect(), await connect()];
    stopped.process.kill('SIGSTOP');
    stopped.link.send(message(MIB));
    other.link.send(message(1_000));
    await vi.waitFor(() => expect(other.readBytes).toBeGreaterThan(1_000), { timeout: 5_000 });
    await vi.waitFor(() => expect(stopped.closedBecause).toBeDefined(), { timeout: 10_000 });
    expect(other.closedBecause).toBeUndefined();
  });

  it('is kept while it lives and what waits for it is within the bound, and then gets it all', async () => {
    const { connect } = await serve({ ...KEEPALIVE, maxWaitingBytes: 16 * MIB });
    const slow = await connect();
    slow.process.stdin?.write('pause\n');
    slow.link.send(message(1_000)); // read or not, the pause has been heard once the keepalive has come round
    for (let sent = 0; sent < 12; sent++) slow.link.send(message(MIB));
    const pings = 5 * (KEEPALIVE.keepaliveMs + KEEPALIVE.keepaliveTimeoutMs);
    await new Promise((resolve) => setTimeout(resolve, pings)); // the claim is that nothing happens
    expect(slow.closedBecause).toBeUndefined();
    slow.process.stdin?.write('resume\n');
    await vi.waitFor(() => expect(slow.readBytes).toBeGreaterThan(12 * MIB), { timeout: 10_000 });
  });

  it('is dropped when more than the bound waits for it, though it lives', async () => {
    const maxWaitingBytes = 4 * MIB;
    const { connect } = await serve({ ...KEEPALIVE, maxWaitingBytes });
    const slow = await connect();
    slow.process.stdin?.write('pause\n');
    let sent = 0;
    while (slow.closedBecause === undefined && sent < 64 * MIB) {
      slow.link.send(message(MIB / 4));
      sent += MIB / 4;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(slow.closedBecause).toMatch(/^the peer does not read: \d+ bytes wait for it$/);
    expect(sent).toBeGreaterThan(maxWaitingBytes);
  });
});
