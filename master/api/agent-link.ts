import type { Server } from '@grpc/grpc-js';
import { serveGrpcLink } from '../../common/net/grpc-link.js';
import { masterEndOfAgentLink } from '../../common/net/link-methods.js';
import type { Logger } from '../../common/runtime/logger.js';
import type { Master } from '../master.js';

/** Serves the stream that every agent opens. */
export function serveAgents(server: Server, master: Master, dropPeer: (peer: string) => void, log: Logger): void {
  serveGrpcLink(server, masterEndOfAgentLink, (link) => master.agentConnected(link), dropPeer, log);
}
