import { setImmediate as nextTurn } from 'node:timers/promises';
import { Client, credentials, Server } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AgentMessage, MasterMessage } from '../../proto/index.js';
import type { Link, Receiver } from '../link.js';
import { silentLogger } from '../runtime/logger.js';
import { dialGrpc, grpcServerOptions, type LinkLimits, serveGrpcLink } from './grpc-link.js';
import { agentEndOfAgentLink, masterEndOfAgentLink } from './link-methods.js';
import { type OnePort, openOnePort } from './one-port.js';

const opened: OnePort[] = [];
afterEach(async () => {
  for (const port of opened.splice(0)) await port.close(0);
});

/** What one end heard, in order. */
class Heard<Incoming> implements Receiver<Incoming> {
  readonly messages: Incoming[] = [];
  closedBecause: string | undefined;
  received(message: Incoming): void {
    this.messages.push(message);
  }
  closed(reason: string): void {
    if (this.closedBecause !== undefined) throw new Error('closed twice');
    this.closedBecause = reason;
  }
}

/** A master that takes links, and a way for agents to dial it. */
async function startMaster(limits: LinkLimits = {}) {
  const links: { link: Link<MasterMessage>; heard: Heard<AgentMessage> }[] = [];
  const grpc = new Server(grpcServerOptions(limits));
  const port = await openOnePort({ host: '127.0.0.1', port: 0 }, { http: (_, response) => response.end(), grpc });
  opened.push(port);
  const connected = (link: Link<MasterMessage>) => {
    const heard = new Heard<AgentMessage>();
    links.push({ link, heard });
    return heard;
  };
  serveGrpcLink(grpc, masterEndOfAgentLink, connected, port.dropPeer, silentLogger, limits);
  const dial = (receiver: Receiver<MasterMessage>) =>
    dialGrpc(`127.0.0.1:${port.port}`, agentEndOfAgentLink, receiver, silentLogger, limits);
  const firstLink = () =>
    vi.waitFor(() => {
      const [first] = links;
      if (first === undefined) throw new Error('nobody has dialled yet');
      return first;
    });
  return { port, dial, firstLink, links };
}

const executorMessage = (text: string | Uint8Array): AgentMessage => ({
  executorMessage: { frameworkId: { value: 'f' }, executorId: { value: 'e' }, data: Buffer.from(text) },
});
const texts = (messages: readonly AgentMessage[]) =>
  messages.map(({ executorMessage }) => Buffer.from(executorMessage?.data ?? []).toString());
const ping: MasterMessage = { ping: { connected: true } };

describe('a gRPC link', () => {
  it('delivers both ways, in order', async () => {
    const { dial, firstLink } = await startMaster();
    const atAgent = new Heard<MasterMessage>();
    const toMaster = dial(atAgent);
    for (let n = 0; n < 500; n += 1) toMaster.send(executorMessage(String(n)));
    const { link, heard } = await firstLink();
    link.send(ping);
    await vi.waitFor(() => expect(heard.messages).toHaveLength(500));
    expect(texts(heard.messages)).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
    await vi.waitFor(() => expect(atAgent.messages).toHaveLength(1));
  });

  it('delivers what was sent before it was closed, by either side', async () => {
    const { dial, firstLink } = await startMaster();
    const atAgent = new Heard<MasterMessage>();
    const toMaster = dial(atAgent);
    toMaster.send(executorMessage('last words'));
    toMaster.close();
    const { heard } = await firstLink();
    await vi.waitFor(() => expect(heard.closedBecause).toBe('the peer closed the connection'));
    expect(texts(heard.messages)).toEqual(['last words']);
    expect(atAgent.closedBecause).toBe('closed by this side');
  });

  it('delivers the refusal that a master sends before it hangs up', async () => {
    const { dial, firstLink } = await startMaster();
    const atAgent = new Heard<MasterMessage>();
    dial(atAgent);
    const { link, heard } = await firstLink();
    link.send({ refused: { message: 'no' } });
    link.close();
    link.send(ping);
    await vi.waitFor(() => expect(atAgent.closedBecause).toBe('the peer closed the connection'));
    expect(atAgent.messages).toMatchObject([{ refused: { message: 'no' } }]);
    expect(heard.closedBecause).toBe('closed by this side');
  });

  it('tells a later turn, not the same one, that it was closed', async () => {
    const { dial } = await startMaster();
    const atAgent = new Heard<MasterMessage>();
    const toMaster = dial(atAgent);
    toMaster.close();
    expect(atAgent.closedBecause).toBeUndefined();
    await nextTurn();
    expect(atAgent.closedBecause).toBe('closed by this side');
  });

  it('tells through closed that nobody listens', async () => {
    const { port, dial } = await startMaster();
    await port.close(0);
    const atAgent = new Heard<MasterMessage>();
    dial(atAgent);
    await vi.waitFor(() => expect(atAgent.closedBecause).toContain('ECONNREFUSED'));
  });

  it('is told when the process at the other end dies', async () => {
    const { port, dial, firstLink } = await startMaster();
    const atAgent = new Heard<MasterMessage>();
    dial(atAgent);
    const { heard } = await firstLink();
    await port.close(0);
    await vi.waitFor(() => expect(atAgent.closedBecause).toBeDefined());
    await vi.waitFor(() => expect(heard.closedBecause).toBeDefined());
  });

  it('drops the link when what the peer sends is no batch', async () => {
    const { port, firstLink } = await startMaster();
    const garbage = { ...agentEndOfAgentLink.codec, encode: () => Buffer.from([0x0a, 0x7f, 1]) };
    const atAgent = new Heard<MasterMessage>();
    const method = { ...agentEndOfAgentLink, codec: garbage };
    dialGrpc(`127.0.0.1:${port.port}`, method, atAgent, silentLogger).send({ pong: {} });
    const { heard } = await firstLink();
    await vi.waitFor(() => expect(heard.closedBecause).toContain('cannot be read'));
    await vi.waitFor(() => expect(atAgent.closedBecause).toBeDefined());
  });

  it('drops a link whose message exceeds the bound', async () => {
    const { dial } = await startMaster({ maxMessageBytes: 1000 });
    const atAgent = new Heard<MasterMessage>();
    dial(atAgent).send(executorMessage(Buffer.alloc(2000)));
    await vi.waitFor(() => expect(atAgent.closedBecause).toContain('exceeds the bound of 1000'));
  });

  it('drops a peer that connects and never reads', async () => {
    const { port, firstLink } = await startMaster({ maxWaitingBytes: 2 ** 20 });
    const same = (bytes: Buffer) => bytes;
    const client = new Client(`127.0.0.1:${port.port}`, credentials.createInsecure());
    const deaf = client.makeBidiStreamRequest(masterEndOfAgentLink.path, same, same);
    deaf.on('error', () => {});
    deaf.write(Buffer.alloc(0));
    const { link, heard } = await firstLink();
    const big: MasterMessage = { shutdownAgent: { message: 'x'.repeat(2 ** 18) } };
    await vi.waitFor(
      () => {
        link.send(big);
        expect(heard.closedBecause).toMatch(/^the peer does not read: \d+ bytes wait for it$/);
      },
      { interval: 5, timeout: 10_000 },
    );
    client.close();
  });

  it('costs only the peer its connection when its message cannot be handled', async () => {
    const { dial, links } = await startMaster();
    const [atFirst, atSecond] = [new Heard<MasterMessage>(), new Heard<MasterMessage>()];
    const first = dial(atFirst);
    await vi.waitFor(() => expect(links).toHaveLength(1));
    dial(atSecond);
    await vi.waitFor(() => expect(links).toHaveLength(2));
    const [broken] = links;
    if (broken !== undefined) {
      broken.heard.received = () => {
        throw new Error('a bug');
      };
    }
    first.send({ pong: {} });
    await vi.waitFor(() => expect(atFirst.closedBecause).toBeDefined());
    expect(atSecond.closedBecause).toBeUndefined();
  });
});
