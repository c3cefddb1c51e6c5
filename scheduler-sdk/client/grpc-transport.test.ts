import { Server, ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Link } from '../../common/link.js';
import { grpcServerOptions, serveGrpcLink } from '../../common/net/grpc-link.js';
import { masterEndOfSubscription, type SchedulerDelivery } from '../../common/net/link-methods.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { mesos, type SchedulerCall } from '../../proto/index.js';
import { createScheduler } from './create-scheduler.js';

const CallType = mesos.v1.scheduler.Call.Type;
const EventType = mesos.v1.scheduler.Event.Type;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.forceShutdown();
});

/** A master that hands each call to `answer`. Returns its address. */
function serve(answer: (call: SchedulerCall, link: Link<SchedulerDelivery>) => void): Promise<string> {
  const server = new Server(grpcServerOptions());
  servers.push(server);
  const connected = (link: Link<SchedulerDelivery>) => ({
    received: (call: SchedulerCall) => answer(call, link),
    closed: () => {},
  });
  serveGrpcLink(server, masterEndOfSubscription, connected, () => {}, silentLogger);
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
}

describe('grpcTransport()', () => {
  it('carries a subscription, calls and refusals, and a teardown, over real sockets', async () => {
    const heard: string[] = [];
    let tornDown = false;
    const master = await serve((call, link) => {
      heard.push(CallType[call.type ?? CallType.UNKNOWN] ?? '');
      if (call.type === CallType.SUBSCRIBE && tornDown) {
        link.send({
          kind: 'event',
          event: { type: EventType.ERROR, error: { message: 'Framework has been removed' } },
        });
        link.close();
      } else if (call.type === CallType.SUBSCRIBE) {
        const frameworkId = call.frameworkId ?? { value: '' };
        const subscribed = { frameworkId, heartbeatIntervalSeconds: 15 };
        link.send({ kind: 'event', event: { type: EventType.SUBSCRIBED, subscribed } });
      } else if (call.type === CallType.REVIVE) {
        link.send({ kind: 'refused', refusal: { type: CallType.REVIVE, status: 400, message: 'no' } });
      } else if (call.type === CallType.TEARDOWN) {
        tornDown = true;
        link.close();
      }
    });
    const { promise: refused, resolve } = Promise.withResolvers<string>();
    const scheduler = await createScheduler({ name: 'test', master, log: silentLogger }, (client) => ({
      subscribed: () => client.revive(),
      refused: ({ message }) => resolve(message),
    }));
    expect(await refused).toBe('no');
    await scheduler.stop({ teardown: true });
    expect(heard).toEqual(['SUBSCRIBE', 'REVIVE', 'RECONCILE', 'TEARDOWN', 'SUBSCRIBE']);
  });
});
