import { encode, fromJsonValue, JSON_MEDIA, PROTOBUF_MEDIA, SchedulerCall } from '../../../../proto/codec/index.js';
import { request, SchedulerHttp } from '../../../support/scheduler-http.js';
import { ReplayFramework } from '../framework.js';
import type { Recording, Scenario, Target } from '../scenario.js';
import { type RecordedStep, readTranscript } from '../transcript.js';

/** As the recorder noted it; what it left out is a POST of JSON that wants JSON back. */
interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly ctype?: string | null;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The steps that speak for a framework that is subscribed, and over its own stream. */
const OWN_STREAM: ReadonlySet<string> = new Set(['accept missing', 'protobuf garbage', 'after teardown']);
/** Faults that a call in protobuf cannot have, or has in another form. */
const JSON_ONLY: ReadonlySet<string> = new Set(['unknown type', 'missing user']);
/** Answered with a stream that ends after one event. */
const STREAMED: ReadonlySet<string> = new Set(['bad role', 'roles without multi role']);

/** Sends the recorded requests themselves, with the ids of our framework in place of those of old. */
export const schedulerErrors: Scenario = async (target, recording) => {
  const steps = readTranscript('scheduler_errors').filter(({ request: { method } }) => method !== undefined);
  await using framework = await ReplayFramework.subscribe(target);
  for (const step of steps) {
    if (step.step === 'after teardown') await framework.tearDown();
    const sent = step.request as Request;
    const asRecorded = target.format === 'json' || typeof sent.body !== 'object' || sent.body === null;
    if (target.format === 'protobuf' && (asRecorded || JSON_ONLY.has(step.step))) recording.skip(step.step);
    else if (STREAMED.has(step.step)) await replayStream(target, recording, step.step, sent);
    else await replayRequest(target, recording, step, framework);
  }
  const subscribe = { frameworkInfo: { ...framework.info, id: { value: framework.id } } };
  const again = await SchedulerHttp.subscribe(target.master, subscribe, target.format);
  const told = await again.next(() => true, 5_000);
  const { status, headers } = again.answer;
  recording.steps.push({ step: 'resubscribe completed framework', status, headers, events: [told?.document] });
  again.close();
};

async function replayRequest(
  { master, format }: Target,
  recording: Recording,
  { step, request: recorded }: RecordedStep,
  framework: ReplayFramework,
): Promise<void> {
  const { method = 'POST', path = '', body, ctype = JSON_MEDIA, accept, headers = {} } = recorded as Request;
  const media = format === 'json' ? JSON_MEDIA : PROTOBUF_MEDIA;
  const type = format === 'json' ? ctype : PROTOBUF_MEDIA;
  const all = {
    ...headers,
    ...(OWN_STREAM.has(step) && { 'Mesos-Stream-Id': framework.stream.streamId }),
    ...(type !== null && body !== null && { 'Content-Type': type }),
    Accept: accept ?? media,
  };
  recording.answered(step, await request(`http://${master}${path}`, method, bytesOf(body, type, framework.id), all));
}

async function replayStream(target: Target, recording: Recording, step: string, { body }: Request): Promise<void> {
  const { subscribe } = fromJsonValue(SchedulerCall, body);
  if (subscribe == null) throw new Error(`The step "${step}" is no subscription`);
  const stream = await SchedulerHttp.subscribe(target.master, subscribe, target.format);
  await stream.next(() => false, 5_000);
  const records = stream.events.map(({ document }) => JSON.stringify(document));
  const text = records.map((record) => `${Buffer.byteLength(record)}\n${record}`).join('');
  recording.steps.push({ step, status: stream.answer.status, headers: stream.answer.headers, text });
}

function bytesOf(body: unknown, type: string | null, frameworkId: string): Uint8Array<ArrayBuffer> | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body, type === PROTOBUF_MEDIA ? 'base64' : 'utf8');
  const text = JSON.stringify(body).replaceAll(/[0-9a-f-]{36}-\d{4}/g, frameworkId);
  if (type !== PROTOBUF_MEDIA) return Buffer.from(text);
  return Buffer.from(encode(SchedulerCall, fromJsonValue(SchedulerCall, JSON.parse(text))));
}
