import { pino } from 'pino';
import { Verbosity } from './verbosity.js';

/** Extra facts of a log line; ids under the names `framework`, `agent`, `task`, `executor`, `offer`, `container`. */
export type Fields = Readonly<Record<string, unknown>>;

/** A constant sentence plus fields, so that lines can be counted and one task be followed through every daemon. */
export interface Logger {
  debug(sentence: string, fields?: Fields): void;
  info(sentence: string, fields?: Fields): void;
  warn(sentence: string, fields?: Fields): void;
  error(sentence: string, fields?: Fields): void;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: Fields): Logger;
}

/** Severities, the least severe first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Logs one JSON object a line (`time, level, component, msg`, then the fields) to standard error. `verbosity`: the least
 * severity, or one that can be changed while the daemon runs.
 */
export function createLogger(component: string, verbosity: LogLevel | Verbosity = 'info'): Logger {
  const options = {
    level: 'debug',
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
  };
  const chosen = typeof verbosity === 'string' ? new Verbosity(verbosity) : verbosity;
  return fromPino(pino(options, pino.destination({ dest: 2, sync: true })), chosen);
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

function fromPino(target: ReturnType<typeof pino>, verbosity: Verbosity): Logger {
  const at =
    (severity: LogLevel): Logger['info'] =>
    (sentence, fields) => {
      if (verbosity.allows(severity)) target[severity](fields ?? {}, sentence);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => fromPino(target.child(fields), verbosity),
  };
}
