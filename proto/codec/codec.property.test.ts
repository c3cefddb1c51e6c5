import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryMessage } from '../../test/support/arbitrary-message.js';
import {
  AgentCall,
  AgentMessage,
  decode,
  ExecutorEvent,
  encode,
  encodeRecord,
  fromJson,
  MasterEvent,
  MasterMessage,
  type MessageType,
  RecordDecoder,
  SchedulerCall,
  SchedulerEvent,
  TaskInfo,
  toJson,
  WireError,
} from './index.js';

const TYPES: readonly MessageType<unknown>[] = [
  SchedulerCall,
  SchedulerEvent,
  ExecutorEvent,
  AgentCall,
  MasterEvent,
  TaskInfo,
  AgentMessage,
  MasterMessage,
];
const NAMED = TYPES.map((type) => [type.name, type] as const);

/** Runs something on hostile input: it may succeed or refuse, but in no other way. */
function onlyRefuses(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

describe.each(NAMED)('%s', (_, type) => {
  it('is the same after JSON and after protobuf', () => {
    fc.assert(
      fc.property(arbitraryMessage(type), (message) => {
        const text = toJson(type, message);
        expect(toJson(type, fromJson(type, text))).toBe(text);
        expect(toJson(type, decode(type, encode(type, message)))).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('is printed in one line of plain ASCII that any JSON parser reads', () => {
    fc.assert(
      fc.property(arbitraryMessage(type), (message) => {
        const text = toJson(type, message);
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        JSON.parse(text);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses damaged JSON in one way only', () => {
    const damaged = fc
      .tuple(arbitraryMessage(type), fc.nat(), fc.nat(20), fc.string({ maxLength: 5 }))
      .map(([message, at, cut, insert]) => {
        const text = toJson(type, message);
        const from = at % (text.length + 1);
        return text.slice(0, from) + insert + text.slice(from + cut);
      });
    fc.assert(
      fc.property(damaged, (text) => onlyRefuses(() => fromJson(type, text))),
      { numRuns: 200 },
    );
  });

  it('refuses JSON of any other shape in one way only', () => {
    const keys = fc.constantFrom(
      'type',
      'accept',
      'subscribe',
      'task_id',
      'resources',
      'value',
      '__proto__',
      'limits',
      'data',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(fc.property(tree, (value) => onlyRefuses(() => fromJson(type, JSON.stringify(value)))));
  });

  it('refuses damaged protobuf in one way only', () => {
    const damaged = fc
      .tuple(arbitraryMessage(type), fc.nat(), fc.uint8Array({ maxLength: 4 }))
      .map(([message, at, junk]) => {
        const bytes = Buffer.from(encode(type, message));
        bytes.set(
          junk.subarray(0, bytes.length),
          Math.min(at % (bytes.length + 1), Math.max(0, bytes.length - junk.length)),
        );
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array()), (bytes) => onlyRefuses(() => decode(type, bytes))),
      { numRuns: 200 },
    );
  });
});

describe('a stream of records', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 10 });

  it('is the same however it is cut', () => {
    fc.assert(
      fc.property(payloads, cuts, (sent, sizes) => {
        const stream = Buffer.concat(sent.map((payload) => encodeRecord(payload)));
        const decoder = new RecordDecoder();
        const received: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          received.push(...decoder.push(stream.subarray(at, at + size)).map((record) => Buffer.from(record)));
          at += size;
        }
        decoder.end();
        expect(received).toEqual(sent.map((payload) => Buffer.from(payload)));
      }),
    );
  });

  it('refuses anything else in one way only', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.string().map(Buffer.from))), (chunks) =>
        onlyRefuses(() => {
          const decoder = new RecordDecoder(1000);
          for (const chunk of chunks) decoder.push(chunk);
          decoder.end();
        }),
      ),
    );
  });
});
