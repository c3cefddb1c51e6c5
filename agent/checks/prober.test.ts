import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../containerizer/containerizer.js';
import { type ContainerAgent, Host, PATH, until } from '../containerizer/testing/host.js';
import type { ProbeResult, ProbeSpec } from '../executor/checks/prober.js';
import { createProber } from './prober.js';

let host: Host;
let agent: ContainerAgent;
let task: ContainerSpec;

beforeEach(async () => {
  ({ host, agent, task } = await Host.withTask());
});

afterEach(() => host.dispose());

const probe = (spec: ProbeSpec) =>
  new Promise<ProbeResult>((resolve) => createProber(agent.containerizer).probe(spec, resolve));

const command = (value: string): ProbeSpec => ({
  kind: 'command',
  containerId: task.containerId,
  command: { value },
  environment: { PATH },
  directory: task.directory,
});

describe('createProber()', () => {
  it('runs a command inside the container and writes what it says into stderr', async () => {
    expect(await probe(command('echo "in $(pwd)"; exit 4'))).toEqual({ kind: 'exited', code: 4 });
    expect(host.output(task, 'stderr')).toBe(`in ${task.directory}\n`);
  });

  it('calls a command that was killed by a signal failed', async () => {
    expect(await probe(command('kill -KILL $$'))).toEqual({
      kind: 'failed',
      message: 'Command was killed by signal 9',
    });
  });

  it('kills a command whose probe is cancelled, and tells nothing of it', async () => {
    const told: ProbeResult[] = [];
    const cancel = createProber(agent.containerizer).probe(command('sleep 1000 & sleep 1000'), (result) =>
      told.push(result),
    );
    await until('it runs', async () => (await host.processes()).length >= 4);
    cancel();
    await until('the task alone is left', async () => (await host.processes()).length === 1);
    expect(told).toEqual([]);
  });

  describe('over the network', () => {
    let server: Server;
    let address: { host: string; port: number };

    beforeEach(async () => {
      server = createServer((request, response) => response.writeHead(request.url === '/ok' ? 200 : 503).end());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    });

    afterEach(() => server.close());

    it('tells the status of a page', async () => {
      const page = { kind: 'http', scheme: 'http', ...address } as const;
      expect(await probe({ ...page, path: '/ok' })).toEqual({ kind: 'answered', statusCode: 200 });
      expect(await probe({ ...page, path: '/other' })).toEqual({ kind: 'answered', statusCode: 503 });
    });

    it('tells whether a port is open', async () => {
      expect(await probe({ kind: 'tcp', ...address })).toEqual({ kind: 'connected' });
      await new Promise((resolve) => server.close(resolve));
      expect(await probe({ kind: 'tcp', ...address })).toMatchObject({ kind: 'refused' });
      expect(await probe({ kind: 'http', scheme: 'http', path: '/', ...address })).toMatchObject({ kind: 'failed' });
    });
  });
});
