import { answerEmpty } from '../../common/net/http/answer.js';
import { helpRoute } from '../../common/net/http/help-endpoint.js';
import { READ_METHODS, type Route } from '../../common/net/http/router.js';
import type { Master } from '../master.js';
import { classicRoutes } from './classic/routes.js';
import type { DaemonInfo } from './daemon-info.js';
import { serveOperatorCall } from './operator.js';
import { serveSchedulerCall } from './scheduler-endpoint.js';
import { SchedulerHttpStreams } from './scheduler-streams.js';

/** Every HTTP endpoint of the master. */
export function masterRoutes(master: Master, daemon: DaemonInfo): Route[] {
  const read = (path: string, handle: Route['handle']): Route => ({ path, methods: READ_METHODS, handle });
  const { hostname, port } = master.info;
  const streams = new SchedulerHttpStreams();
  const routes: Route[] = [
    read('/health', ({ response }) => answerEmpty(response, 200)),
    ...classicRoutes(master, daemon),
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
  return [...routes, helpRoute('master', routes)];
}
