import { JSON_MEDIA, PROTOBUF_MEDIA } from '../../../proto/codec/index.js';
import type { Format } from '../../support/scheduler-http.js';
import { explain } from './differences.js';
import type { RecordedStep, Step } from './transcript.js';

/** What came of holding a scenario against its transcript. */
export interface Verdict {
  /** How many names, types, values, lengths, codes and texts were compared. */
  facts: number;
  /** Differences that nothing explains, a line each. */
  readonly differences: string[];
  /** Differences on purpose that were met, with their reasons. */
  readonly explained: Set<string>;
}

/** Values that differ from run to run: only their type is compared. */
const VARYING =
  /\.(uuid|timestamp|executor_pid|port|ip|MESOS_AGENT_ENDPOINT|executor\w*\.command\.value|environment\.variables\[\d+\]\.value)$/;
/** Parts of texts that differ from run to run. */
const VARYING_TEXT: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>'],
  [/<uuid>-(S|O)?\d+/g, '<uuid>-$1<n>'],
  [/127\.0\.0\.\d+/g, '127.0.0.1'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/^\/.*(?=\/slaves\/)/g, '<work>'],
];
/** Headers of one connection or of one moment. `content-length` follows from the text, which is compared. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive']);

/** How the steps were made. */
interface Circumstances {
  /** The transcripts are of a scheduler that spoke JSON: what else differs in protobuf is the media type. */
  readonly format: Format;
  /** Steps without a counterpart in that form. */
  readonly skipped: ReadonlySet<string>;
}

/** Holds the steps of a scenario against the recorded ones. */
export function compareSteps(
  scenario: string,
  ours: readonly Step[],
  recorded: readonly RecordedStep[],
  { format, skipped }: Circumstances,
): Verdict {
  const verdict: Verdict = { facts: 0, differences: [], explained: new Set() };
  const wanted = recorded.filter(({ step }) => !skipped.has(step));
  compareLists(
    verdict,
    scenario,
    ours.map(({ step }) => step),
    wanted.map(({ step }) => step),
  );
  for (const original of wanted) {
    const own = ours.find(({ step }) => step === original.step);
    if (own === undefined) continue; // told already
    const place = `${scenario}/${original.step}`;
    if (original.status !== undefined) compare(verdict, `${place} status`, own.status, original.status);
    if (original.headers) compare(verdict, `${place} headers`, headersOf(own), expectedHeaders(original, format));
    if (original.text != null) compare(verdict, `${place} text`, own.text, original.text);
    if (original.events) compare(verdict, `${place} events`, own.events, original.events);
  }
  return verdict;
}

function headersOf({ headers = {} }: Step): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(entries.filter(([name]) => !CONNECTION_HEADERS.has(name)));
}

function expectedHeaders(original: Step, format: Format): Record<string, string> {
  const headers = headersOf(original);
  const translated = format === 'protobuf' && headers['content-type'] === JSON_MEDIA;
  const messages = format === 'protobuf' && headers['message-content-type'] === JSON_MEDIA;
  return {
    ...headers,
    ...(translated && { 'content-type': PROTOBUF_MEDIA }),
    ...(messages && { 'message-content-type': PROTOBUF_MEDIA }),
  };
}

function compare(verdict: Verdict, place: string, ours: unknown, original: unknown): void {
  if (Array.isArray(ours) && Array.isArray(original)) compareLists(verdict, place, ours, original);
  else if (isObject(ours) && isObject(original)) compareObjects(verdict, place, ours, original);
  else if (typeof ours !== typeof original || !same(place, ours, original)) differ(verdict, place, ours, original);
  else verdict.facts++;
}

function compareLists(verdict: Verdict, place: string, ours: readonly unknown[], original: readonly unknown[]): void {
  if (ours.length === original.length) verdict.facts++;
  else differ(verdict, `${place} length`, ours, original);
  for (const [at, value] of original.entries())
    if (at < ours.length) compare(verdict, `${place}[${at}]`, ours[at], value);
}

type Document = Readonly<Record<string, unknown>>;

function compareObjects(verdict: Verdict, place: string, ours: Document, original: Document): void {
  const inner = place.endsWith('.headers') && place.includes('executor side') ? lowerCased : (value: Document) => value;
  const [own, recorded] = [inner(ours), inner(original)];
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(own)])) {
    compare(verdict, `${place}.${name}`, own[name], recorded[name]);
  }
}

const lowerCased = (headers: Document): Document => headersOf({ step: '', headers: headers as Record<string, string> });

function same(place: string, ours: unknown, original: unknown): boolean {
  if (VARYING.test(place) || /headers\.(content-length|mesos-stream-id)$/.test(place)) return true;
  return typeof ours === 'string' && typeof original === 'string'
    ? settle(ours) === settle(original)
    : ours === original;
}

function settle(text: string): string {
  return VARYING_TEXT.reduce((settled, [varying, constant]) => settled.replaceAll(varying, constant), text);
}

function differ(verdict: Verdict, place: string, ours: unknown, original: unknown): void {
  const line = `${place}: ${print(ours)}, in the original ${print(original)}`;
  const reason = explain(line);
  if (reason === undefined) verdict.differences.push(line);
  else verdict.explained.add(reason);
}

const print = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value));

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
