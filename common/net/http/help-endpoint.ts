import { answerText } from './answer.js';
import { answerDocument } from './document.js';
import { READ_METHODS, type Route } from './router.js';

/** The endpoint `/help`: every other one with its methods, as text, or with `?format=json` as a document. */
export function helpRoute(daemon: 'master' | 'slave(1)', routes: readonly Route[]): Route {
  const known = routes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const endpoints = known.map(({ path, methods }) => ({ name: path, text: methods.join(', ') }));
  const lines = endpoints.map(({ name, text }) => `${name}  ${text}\n`);
  return {
    path: '/help',
    methods: READ_METHODS,
    handle: async (exchange) => {
      if (exchange.target.query.get('format') === 'json') {
        await answerDocument(exchange, { processes: [{ id: daemon, endpoints }] });
      } else {
        answerText(exchange.response, 200, lines.join(''));
      }
    },
  };
}
