import { parseDuration } from '../../runtime/duration.js';
import type { Verbosity } from '../../runtime/verbosity.js';
import { answerEmpty, answerText } from './answer.js';
import { HttpRefusal } from './http-refusal.js';
import { type Exchange, READ_METHODS, type Route } from './router.js';

/** The endpoint `/logging/toggle`: tells the level, or with `level` and `duration` logs more for that long. */
export function loggingRoute(verbosity: Verbosity): Route {
  return { path: '/logging/toggle', methods: READ_METHODS, handle: (exchange) => toggle(exchange, verbosity) };
}

function toggle({ response, target }: Exchange, verbosity: Verbosity): void {
  const [level, duration] = [target.query.get('level'), target.query.get('duration')];
  if (level === null && duration === null) {
    answerText(response, 200, `${verbosity.level}\n`);
    return;
  }
  if (level === null) throw new HttpRefusal(400, "Expecting 'level=value' in query.\n");
  if (duration === null) throw new HttpRefusal(400, "Expecting 'duration=value' in query.\n");
  if (!/^\d{1,2}$/.test(level)) throw new HttpRefusal(400, `Invalid level '${level}'.\n`);
  const durationMs = parseDuration(duration);
  if (Number.isNaN(durationMs)) throw new HttpRefusal(400, `Invalid duration '${duration}'.\n`);
  verbosity.raise(Number(level), durationMs);
  answerEmpty(response, 200);
}
