import {
  decode,
  encode,
  fromJson,
  JSON_MEDIA,
  PROTOBUF_MEDIA,
  RecordDecoder,
  SchedulerCall,
  SchedulerEvent,
  toJson,
} from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';

/** In which form a scheduler speaks. */
export type Format = 'json' | 'protobuf';

/** An answer that is no stream. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** An event as it was read, and as a JSON document, by which it can be held against another. */
export interface ReadEvent {
  readonly event: SchedulerEvent;
  readonly document: unknown;
}

const PATH = '/api/v1/scheduler';
const MEDIA = { json: JSON_MEDIA, protobuf: PROTOBUF_MEDIA } as const;

/** Headers that say what is sent and what is wanted back. */
export const mediaHeaders = (format: Format) => ({ 'Content-Type': MEDIA[format], Accept: MEDIA[format] });

/** The bytes of a call. */
function encodeCall(format: Format, call: SchedulerCall): Uint8Array<ArrayBuffer> {
  return Buffer.from(format === 'json' ? toJson(SchedulerCall, call) : encode(SchedulerCall, call));
}

/** Sends a request whose answer is no endless stream. */
export async function request(
  url: string,
  method: string,
  body: Uint8Array<ArrayBuffer> | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(20_000);
  const answer = await fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
}

/** A scheduler that speaks HTTP: one request that is its stream of events, and one for each call. */
export class SchedulerHttp {
  readonly #address: string;
  readonly #format: Format;
  readonly #abort = new AbortController();
  readonly #waiting: ReadEvent[] = [];
  #wake: () => void = () => {};
  /** Every event that came. */
  readonly events: ReadEvent[] = [];
  /** Answer to the subscription; its text only when it was refused. */
  answer: HttpAnswer = { status: 0, headers: {}, text: '' };
  /** Whether the stream has ended. */
  ended = false;

  private constructor(address: string, format: Format) {
    this.#address = address;
    this.#format = format;
  }

  /** Sends SUBSCRIBE and reads the head of the answer. `headers` replace those of the format. */
  static async subscribe(
    address: string,
    call: mesos.v1.scheduler.Call.Subscribe.$Properties,
    format: Format = 'json',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SchedulerHttp> {
    const scheduler = new SchedulerHttp(address, format);
    const { id } = call.frameworkInfo;
    const whole = { type: mesos.v1.scheduler.Call.Type.SUBSCRIBE, subscribe: call, ...(id && { frameworkId: id }) };
    await scheduler.#open(encodeCall(format, whole), { ...mediaHeaders(format), ...headers });
    return scheduler;
  }

  get streamId(): string {
    return this.answer.headers['mesos-stream-id'] ?? '';
  }

  /** Makes a call over this stream. Its form need not be that of the subscription. */
  call(call: SchedulerCall, { format = this.#format } = {}): Promise<HttpAnswer> {
    const headers = { ...mediaHeaders(format), 'Mesos-Stream-Id': this.streamId };
    return request(`http://${this.#address}${PATH}`, 'POST', encodeCall(format, call), headers);
  }

  /** Takes events in order, dropping them, until one fits. Undefined: none did in time, or the stream ended. */
  async next(fits: (event: SchedulerEvent) => boolean, boundMs = 15_000): Promise<ReadEvent | undefined> {
    const endAtMs = performance.now() + boundMs;
    for (;;) {
      for (let read = this.#waiting.shift(); read !== undefined; read = this.#waiting.shift()) {
        if (fits(read.event)) return read;
      }
      const leftMs = endAtMs - performance.now();
      if (this.ended || leftMs <= 0) return undefined;
      await this.#somethingCame(leftMs);
    }
  }

  /** Leaves without a word. */
  close(): void {
    this.#abort.abort();
  }

  async #open(body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Promise<void> {
    const { signal } = this.#abort;
    const answer = await fetch(`http://${this.#address}${PATH}`, { method: 'POST', headers, body, signal });
    const head = { status: answer.status, headers: Object.fromEntries(answer.headers) };
    this.answer = { ...head, text: answer.ok ? '' : await answer.text() };
    if (answer.ok && answer.body) void this.#read(answer.body).catch(() => {});
    else this.ended = true;
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new RecordDecoder();
    const json = [this.answer.headers['content-type'], this.answer.headers['message-content-type']].includes(
      JSON_MEDIA,
    );
    try {
      for await (const chunk of body) {
        for (const record of decoder.push(chunk)) this.#keep(readEvent(record, json));
      }
    } finally {
      this.ended = true;
      this.#wake();
    }
  }

  #keep(read: ReadEvent): void {
    this.events.push(read);
    this.#waiting.push(read);
    this.#wake();
  }

  #somethingCame(boundMs: number): Promise<void> {
    return new Promise((resolve) => {
      const bound = setTimeout(resolve, boundMs);
      this.#wake = () => {
        clearTimeout(bound);
        resolve();
      };
    });
  }
}

function readEvent(record: Buffer, json: boolean): ReadEvent {
  if (json) return { event: fromJson(SchedulerEvent, record.toString()), document: JSON.parse(record.toString()) };
  const event = decode(SchedulerEvent, record);
  return { event, document: JSON.parse(toJson(SchedulerEvent, event)) };
}
