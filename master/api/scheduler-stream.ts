import type { Server } from '@grpc/grpc-js';
import type { Link, Receiver } from '../../common/link.js';
import { serveGrpcLink } from '../../common/net/grpc-link.js';
import { masterEndOfSubscription, type SchedulerDelivery } from '../../common/net/link-methods.js';
import type { Logger } from '../../common/runtime/logger.js';
import { mesos, type SchedulerCall } from '../../proto/index.js';
import type { Master } from '../master.js';

/** Serves schedulers over gRPC: calls come in on the stream, events and refusals of calls leave on it. */
export function serveSchedulers(server: Server, master: Master, dropPeer: (peer: string) => void, log: Logger): void {
  serveGrpcLink(server, masterEndOfSubscription, (link) => connectScheduler(master, link), dropPeer, log);
}

/** Puts a stream of a scheduler through to the master: its calls, and what they are answered. */
export function connectScheduler(master: Master, link: Link<SchedulerDelivery>): Receiver<SchedulerCall> {
  const session = master.schedulerConnected({
    send: (event) => link.send({ kind: 'event', event }),
    close: () => link.close(),
  });
  return {
    received: (call) => {
      const outcome = session.received(call);
      if (outcome.kind === 'accepted') return;
      const type = call.type ?? mesos.v1.scheduler.Call.Type.UNKNOWN;
      link.send({ kind: 'refused', refusal: { type, status: outcome.status, message: outcome.message } });
    },
    closed: (reason) => session.closed(reason),
  };
}
