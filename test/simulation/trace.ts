import { mesos } from '../../proto/index.js';

/** What happened at one instant, put into words only when somebody asks. */
interface Entry {
  readonly atMs: number;
  readonly text: () => string;
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * Everything that happened in a run, in order, and a hash of it: two runs of one seed must have the same. Messages are
 * hashed by their bytes and decoded only for printing, so that tracing costs next to nothing.
 */
export class Trace {
  readonly #entries: Entry[] = [];
  readonly #nowMs: () => number;
  #hash = OFFSET;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A message arrived, or was lost. */
  message(from: string, to: string, bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown[], fate = ''): void {
    const atMs = this.#nowMs();
    this.#fold(atMs * 1024);
    for (const byte of bytes) this.#hash = Math.imul(this.#hash ^ byte, PRIME);
    this.#entries.push({ atMs, text: () => `${from} -> ${to}${fate}  ${decode(bytes).map(describe).join(' ')}` });
  }

  /** Anything else: a fault, a start, a death, a log line. */
  note(text: string): void {
    const atMs = this.#nowMs();
    this.#fold(atMs * 1024);
    for (let at = 0; at < text.length; at++) this.#fold(text.charCodeAt(at));
    this.#entries.push({ atMs, text: () => text });
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  get length(): number {
    return this.#entries.length;
  }

  /** One line an entry, the last `most` of those that mention `word`. */
  print(most = Number.POSITIVE_INFINITY, word = ''): string {
    const lines: string[] = [];
    for (let at = this.#entries.length - 1; at >= 0 && lines.length < most; at--) {
      const { atMs, text } = this.#entries[at] as Entry;
      const line = `${(atMs / 1000).toFixed(4).padStart(10)}  ${text()}`;
      if (line.includes(word)) lines.push(line);
    }
    return lines.reverse().join('\n');
  }

  #fold(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), PRIME);
  }
}

const LONGEST = 420;

/** A wire message on one line: ids without their wrapping, bytes as hex, states and call types by name. */
function describe(message: unknown): string {
  const text = JSON.stringify(message, shorten)
    .replaceAll(/\{"value":("[^"]*")\}/g, '$1')
    .replaceAll(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1')
    .replaceAll('"', '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

const UNTOLD = new Set([
  'executorIds',
  'url',
  'resources',
  'command',
  'statuses',
  'capabilities',
  'containerStatus',
  'timestamp',
  'source',
]);

function shorten(this: unknown, key: string, value: unknown): unknown {
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString('hex', 0, 4);
  if (UNTOLD.has(key)) return undefined;
  if (typeof value !== 'number') return value;
  if (/state$/i.test(key)) return mesos.v1.TaskState[value];
  if (key === 'reason') return mesos.v1.TaskStatus.Reason[value];
  if (key !== 'type') return value;
  const isCall = 'frameworkId' in (this as object) || 'accept' in (this as object);
  return isCall ? mesos.v1.scheduler.Call.Type[value] : value;
}
