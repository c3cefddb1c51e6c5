import { pino } from 'pino';

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

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Logs one JSON object a line (`time, level, component, msg`, then the fields) to standard error. */
export function createLogger(component: string, level: LogLevel = 'info'): Logger {
  const options = {
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
  };
  return fromPino(pino(options, pino.destination({ dest: 2, sync: true })));
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

function fromPino(target: ReturnType<typeof pino>): Logger {
  return {
    debug: (sentence, fields) => target.debug(fields ?? {}, sentence),
    info: (sentence, fields) => target.info(fields ?? {}, sentence),
    warn: (sentence, fields) => target.warn(fields ?? {}, sentence),
    error: (sentence, fields) => target.error(fields ?? {}, sentence),
    child: (fields) => fromPino(target.child(fields)),
  };
}
