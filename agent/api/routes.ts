import { answerEmpty } from '../../common/net/http/answer.js';
import { helpRoute } from '../../common/net/http/help-endpoint.js';
import { READ_METHODS, type Route } from '../../common/net/http/router.js';
import { classicRoutes } from './classic-routes.js';
import { serveExecutorCall } from './executor-endpoint.js';
import { type OperatorContext, serveOperatorCall } from './operator.js';

/** Every HTTP endpoint of the agent. */
export function agentRoutes(context: OperatorContext): Route[] {
  const { agent } = context;
  const read = (path: string, handle: Route['handle']): Route => ({ path, methods: READ_METHODS, handle });
  const routes: Route[] = [
    read('/health', ({ response }) => answerEmpty(response, 200)),
    ...classicRoutes(context),
    { path: '/api/v1/executor', methods: ['POST'], handle: (exchange) => serveExecutorCall(exchange, agent) },
    { path: '/api/v1', methods: ['POST'], handle: (exchange) => serveOperatorCall(exchange, context) },
  ];
  return [...routes, helpRoute('slave(1)', routes)];
}
