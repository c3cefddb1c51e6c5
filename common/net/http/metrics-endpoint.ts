import type { Metric } from '../../metrics/metric.js';
import { PROMETHEUS_MEDIA, printPrometheus } from '../../metrics/prometheus.js';
import { parseDuration } from '../../runtime/duration.js';
import { answerBytes } from './answer.js';
import { answerDocument } from './document.js';
import { HttpRefusal } from './http-refusal.js';
import { type Exchange, READ_METHODS, type Route } from './router.js';

/** The endpoints `/metrics/snapshot` and `/metrics/prometheus`; `read` reckons every figure as it is now. */
export function metricsRoutes(read: () => Iterable<Metric>): Route[] {
  return [
    { path: '/metrics/snapshot', methods: READ_METHODS, handle: (exchange) => snapshot(exchange, read) },
    {
      path: '/metrics/prometheus',
      methods: READ_METHODS,
      handle: ({ response }) => answerBytes(response, 200, PROMETHEUS_MEDIA, Buffer.from(printPrometheus(read()))),
    },
  ];
}

/** All figures as one flat object. They are at hand, so a time-out is only checked. */
async function snapshot(exchange: Exchange, read: () => Iterable<Metric>): Promise<void> {
  const timeout = exchange.target.query.get('timeout');
  if (timeout !== null && Number.isNaN(parseDuration(timeout))) {
    throw new HttpRefusal(400, `Invalid timeout '${timeout}': a duration such as 100ms or 5secs is wanted.\n`);
  }
  await answerDocument(exchange, Object.fromEntries([...read()].map(({ name, value }) => [name, value])));
}
