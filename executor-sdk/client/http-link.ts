import { type ClientRequest, type IncomingMessage, Agent as KeepAlive, request } from 'node:http';
import type { Dialer, Link, Receiver } from '../../common/link.js';
import { messageOf } from '../../common/runtime/errors.js';
import { decode, ExecutorCall, ExecutorEvent, encode, PROTOBUF_MEDIA, RecordDecoder } from '../../proto/codec/index.js';

/** How the agent is talked to. */
export interface HttpLinkOptions {
  /** Secret for `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** How long the agent may take to answer a call. Default 15 s. */
  readonly callTimeoutMs?: number | undefined;
}

const PATH = '/api/v1/executor';
/** A refusal is a sentence; more of it is not read. */
const MOST_REFUSAL_BYTES = 4096;

/**
 * The v1 executor API over HTTP, in protobuf. The first call of a link is SUBSCRIBE, whose answer is the stream of
 * events; each later one is a POST of its own, one after the other so that their order is kept. Any failure, refusals
 * included, ends the link.
 */
export function httpDialer(options: HttpLinkOptions = {}): Dialer<ExecutorCall, ExecutorEvent> {
  return { dial: (address, receiver) => new HttpLink(address, receiver, options) };
}

class HttpLink implements Link<ExecutorCall> {
  readonly #address: string;
  readonly #receiver: Receiver<ExecutorEvent>;
  readonly #options: HttpLinkOptions;
  readonly #connections = new KeepAlive({ keepAlive: true, maxSockets: 1 });
  readonly #queue: ExecutorCall[] = [];
  #stream: ClientRequest | undefined;
  #posting = false;
  #closing = false;
  #over = false;

  constructor(address: string, receiver: Receiver<ExecutorEvent>, options: HttpLinkOptions) {
    this.#address = address;
    this.#receiver = receiver;
    this.#options = options;
  }

  send(call: ExecutorCall): void {
    if (this.#over || this.#closing) return;
    if (this.#stream === undefined) {
      this.#subscribe(call);
      return;
    }
    this.#queue.push(call);
    this.#postNext();
  }

  close(): void {
    if (this.#over || this.#closing) return;
    this.#closing = true;
    this.#postNext();
  }

  #subscribe(call: ExecutorCall): void {
    const stream = this.#request(call, false);
    this.#stream = stream;
    stream.once('response', (response) => {
      if (response.statusCode === 200) this.#read(response);
      else refusalOf(response, (text) => this.#end(`SUBSCRIBE was answered ${text}`));
    });
  }

  #read(response: IncomingMessage): void {
    const decoder = new RecordDecoder();
    response.on('data', (chunk: Buffer) => {
      try {
        for (const record of decoder.push(chunk))
          if (!this.#over) this.#receiver.received(decode(ExecutorEvent, record));
      } catch (error) {
        this.#end(messageOf(error));
      }
    });
    response.once('close', () => this.#end('the agent closed the stream'));
  }

  #postNext(): void {
    if (this.#posting || this.#over) return;
    const call = this.#queue.shift();
    if (call === undefined) {
      if (this.#closing) this.#end('closed by this side');
      return;
    }
    this.#posting = true;
    const post = this.#request(call, true);
    post.setTimeout(this.#options.callTimeoutMs ?? 15_000, () => post.destroy(new Error('no answer in time')));
    post.once('response', (response) => {
      if (response.statusCode !== 202) {
        refusalOf(response, (text) => this.#end(`a call was answered ${text}`));
        return;
      }
      response.resume();
      response.once('end', () => {
        this.#posting = false;
        this.#postNext();
      });
    });
  }

  #request(call: ExecutorCall, keepAlive: boolean): ClientRequest {
    const { token } = this.#options;
    const body = encode(ExecutorCall, call);
    const outgoing = request(`http://${this.#address}${PATH}`, {
      method: 'POST',
      agent: keepAlive ? this.#connections : false,
      headers: {
        'Content-Type': PROTOBUF_MEDIA,
        Accept: PROTOBUF_MEDIA,
        'Content-Length': body.length,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
    });
    outgoing.on('error', (error) => this.#end(messageOf(error)));
    outgoing.end(body);
    return outgoing;
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream?.destroy();
    this.#connections.destroy();
    setImmediate(() => this.#receiver.closed(reason));
  }
}

function refusalOf(response: IncomingMessage, tell: (text: string) => void): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (piece: string) => {
    if (text.length < MOST_REFUSAL_BYTES) text += piece;
  });
  response.once('close', () => tell(`${response.statusCode} "${text.slice(0, MOST_REFUSAL_BYTES)}"`));
}
