import { answerDocument, answerPrinted } from '../../../common/net/http/document.js';
import { filesRoutes, NO_FILES } from '../../../common/net/http/files-endpoint.js';
import { loggingRoute } from '../../../common/net/http/logging-endpoint.js';
import { metricsRoutes } from '../../../common/net/http/metrics-endpoint.js';
import { READ_METHODS, type Route } from '../../../common/net/http/router.js';
import { systemStatsDocument } from '../../../common/net/http/system-stats-document.js';
import { versionDocument } from '../../../common/version-info.js';
import type { Master } from '../../master.js';
import { masterMetrics } from '../../metrics/master-metrics.js';
import { type DaemonInfo, uptimeMs } from '../daemon-info.js';
import { stateDocument } from '../state-document.js';
import { agentsDocument } from './agents-document.js';
import { frameworksDocument } from './frameworks-document.js';
import { rolesDocument } from './roles-document.js';
import { summaryDocument } from './summary-document.js';
import { tasksDocument } from './tasks-document.js';

/** The endpoints that only read, from before there was an API of calls. Quota and maintenance: there is none yet. */
export function classicRoutes(master: Master, daemon: DaemonInfo): Route[] {
  const read = (path: string, handle: Route['handle']): Route => ({ path, methods: READ_METHODS, handle });
  const document = (path: string, show: (query: URLSearchParams) => unknown) =>
    read(path, (exchange) => answerDocument(exchange, show(exchange.target.query)));
  const weights = () => Object.entries(master.weights).map(([role, weight]) => ({ role, weight }));
  return [
    document('/version', versionDocument),
    document('/flags', () => ({ flags: daemon.flags })),
    read('/state', (exchange) => answerPrinted(exchange, stateDocument(master, daemon))),
    document('/state-summary', () => summaryDocument(master, daemon)),
    document('/slaves', (query) => agentsDocument(master, query.get('slave_id'))),
    read('/frameworks', (exchange) =>
      answerPrinted(exchange, frameworksDocument(master, exchange.target.query.get('framework_id'))),
    ),
    read('/tasks', (exchange) => answerPrinted(exchange, tasksDocument(master, exchange.target.query))),
    document('/roles', () => rolesDocument(master)),
    document('/weights', weights),
    document('/quota', () => ({})),
    document('/maintenance/status', () => ({})),
    document('/maintenance/schedule', () => ({})),
    document('/system/stats.json', systemStatsDocument),
    ...filesRoutes(NO_FILES),
    loggingRoute(daemon.verbosity),
    ...metricsRoutes(() => masterMetrics(master, uptimeMs(daemon))),
  ];
}
