import { answerDocument } from '../../common/net/http/document.js';
import { filesRoutes } from '../../common/net/http/files-endpoint.js';
import { loggingRoute } from '../../common/net/http/logging-endpoint.js';
import { metricsRoutes } from '../../common/net/http/metrics-endpoint.js';
import { READ_METHODS, type Route } from '../../common/net/http/router.js';
import { systemStatsDocument } from '../../common/net/http/system-stats-document.js';
import { versionDocument } from '../../common/version-info.js';
import { containersDocument, statisticsDocuments } from './containers-document.js';
import type { OperatorContext } from './operator.js';
import { servedFiles } from './served-files.js';
import { stateDocument } from './state-document.js';

/** The endpoints that only read, from before there was an API of calls. */
export function classicRoutes({ agent, daemon, files, metrics }: OperatorContext): Route[] {
  const document = (path: string, show: () => unknown): Route => ({
    path,
    methods: READ_METHODS,
    handle: async (exchange) => answerDocument(exchange, await show()),
  });
  return [
    document('/version', versionDocument),
    document('/flags', () => ({ flags: daemon.flags })),
    document('/state', () => stateDocument(agent, daemon)),
    document('/containers', () => containersDocument(agent)),
    document('/monitor/statistics', () => statisticsDocuments(agent)),
    document('/system/stats.json', systemStatsDocument),
    ...filesRoutes(servedFiles(agent, files)),
    ...metricsRoutes(metrics),
    loggingRoute(daemon.verbosity),
  ];
}
