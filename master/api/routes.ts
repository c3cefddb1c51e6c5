import { answerEmpty, answerJson } from '../../common/net/http/answer.js';
import { answerPieces } from '../../common/net/http/json-pieces.js';
import { READ_METHODS, type Route } from '../../common/net/http/router.js';
import { versionDocument } from '../../common/version-info.js';
import type { Master } from '../master.js';
import type { DaemonInfo } from './daemon-info.js';
import { serveOperatorCall } from './operator.js';
import { serveSchedulerCall } from './scheduler-endpoint.js';
import { SchedulerHttpStreams } from './scheduler-streams.js';
import { stateDocument } from './state-document.js';

/** Every HTTP endpoint of the master. */
export function masterRoutes(master: Master, daemon: DaemonInfo): Route[] {
  const read = (path: string, handle: Route['handle']): Route => ({ path, methods: READ_METHODS, handle });
  const { hostname, port } = master.info;
  const streams = new SchedulerHttpStreams();
  return [
    read('/health', ({ response }) => answerEmpty(response, 200)),
    read('/version', ({ response }) => answerJson(response, versionDocument())),
    read('/flags', ({ response }) => answerJson(response, { flags: daemon.flags })),
    read('/state', ({ response }) => answerPieces(response, stateDocument(master, daemon))),
    read('/redirect', ({ response }) => answerEmpty(response, 307, { Location: `//${hostname}:${port}` })),
    {
      path: '/api/v1',
      methods: ['POST'],
      handle: (exchange) => serveOperatorCall(exchange, master, daemon),
    },
    {
      path: '/api/v1/scheduler',
      methods: ['POST'],
      handle: (exchange) => serveSchedulerCall(exchange, master, streams),
    },
  ];
}
