import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  AgentCall,
  AgentResponse,
  decode,
  ExecutorEvent,
  encode,
  fromJson,
  fromJsonValue,
  MasterCall,
  MasterEvent,
  MasterResponse,
  type MessageType,
  Offer,
  SchedulerCall,
  SchedulerEvent,
  TaskStatus,
  toJson,
} from '../../proto/index.js';

/** A message that went over the wire when the original was recorded. */
interface Recorded {
  readonly from: string;
  readonly type: MessageType<unknown>;
  readonly value: unknown;
}

type Json = Readonly<Record<string, unknown>>;
interface Step {
  readonly step: string;
  readonly status?: number;
  readonly request: Json;
  readonly body?: unknown;
  readonly events?: readonly unknown[];
  readonly b64?: string;
}

const folder = join(dirname(fileURLToPath(import.meta.url)), 'transcripts');
const files = globSync('**/*.json', { cwd: folder })
  .filter((file) => file !== 'v0.json')
  .sort();

function stepsOf(file: string): Step[] {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Step[];
}

/** The types that a file speaks: the operators' files name the daemon in each step, the rest are of schedulers. */
function typesOf(file: string, step: string) {
  const onAgent = file === 'nested.json' || step.startsWith('agent ');
  if (onAgent) return { call: AgentCall, response: AgentResponse, event: SchedulerEvent };
  if (/^(operator|protobuf_out)/.test(file)) return { call: MasterCall, response: MasterResponse, event: MasterEvent };
  return { call: SchedulerCall, response: MasterResponse, event: SchedulerEvent };
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const eventsOf = (step: Step) => (step.events ?? []).filter(isJson);

/** Calls that were accepted; refused ones may be malformed on purpose. */
function calls(): Recorded[] {
  return files.flatMap((file) =>
    stepsOf(file)
      .filter(({ request, status }) => typeof request['type'] === 'string' && (status === undefined || status < 300))
      .map((step) => ({
        from: `${basename(file, '.json')}: ${step.step}`,
        type: typesOf(file, step.step).call,
        value: step.request,
      })),
  );
}

function answers(): Recorded[] {
  return files.flatMap((file) =>
    stepsOf(file).flatMap((step) => {
      const from = `${basename(file, '.json')}: ${step.step}`;
      const types = typesOf(file, step.step);
      const typed = (value: Json): [MessageType<unknown>, Json][] => {
        if ('kind' in value) {
          return value['kind'] === 'event' && isJson(value['data']) ? [[ExecutorEvent, value['data']]] : [];
        }
        if ('state' in value && 'task_id' in value) return [[TaskStatus, value]];
        if ('url' in value && 'resources' in value) return [[Offer, value]];
        return typeof value['type'] === 'string' ? [[types.event, value]] : [];
      };
      const body: [MessageType<unknown>, Json][] =
        isJson(step.body) && typeof step.body['type'] === 'string' ? [[types.response, step.body]] : [];
      return [...body, ...eventsOf(step).flatMap(typed)].map(([type, value], at) => ({
        from: `${from} #${at}`,
        type: type,
        value,
      }));
    }),
  );
}

/** Bodies and events that were recorded as protobuf. */
function binaries(): { from: string; type: MessageType<unknown>; bytes: Buffer }[] {
  return stepsOf('protobuf_out.json').flatMap((step) => {
    const found: [MessageType<unknown>, unknown][] = [
      [typesOf('protobuf_out.json', step.step).response, step.b64],
      ...eventsOf(step).map((event): [MessageType<unknown>, unknown] => [SchedulerEvent, event['b64']]),
    ];
    return found.flatMap(([type, b64], at) =>
      typeof b64 === 'string' ? [{ from: `${step.step} #${at}`, type: type, bytes: Buffer.from(b64, 'base64') }] : [],
    );
  });
}

describe('recorded messages', () => {
  it('are there to be read', () => {
    expect([calls().length, answers().length, binaries().length].every((count) => count > 10)).toBe(true);
  });

  it.each(answers().map((recorded) => [recorded.from, recorded] as const))(
    '%s prints as the original did',
    (_, { type, value }) => {
      const message = fromJsonValue(type, value);
      expect(JSON.parse(toJson(type, message))).toEqual(value);
      expect(JSON.parse(toJson(type, decode(type, encode(type, message))))).toEqual(value);
    },
  );

  it.each(calls().map((recorded) => [recorded.from, recorded] as const))(
    '%s loses nothing that was said',
    (_, { type, value }) => {
      const message = fromJson(type, JSON.stringify(value));
      const throughBytes = decode(type, encode(type, message));
      expect(JSON.parse(toJson(type, throughBytes))).toMatchObject(heard(value) as object);
    },
  );

  it.each(binaries().map((recorded) => [recorded.from, recorded] as const))(
    '%s survives JSON',
    (_, { type, bytes }) => {
      const message = decode(type, bytes);
      expect(toJson(type, fromJson(type, toJson(type, message)))).toBe(toJson(type, message));
      // The original writes some answers in another order, so lengths are what must agree: nothing is lost or added.
      expect(encode(type, message)).toHaveLength(bytes.length);
      expect(decode(type, encode(type, message))).toEqual(message);
    },
  );
});

/** A call without what leniency drops: unknown keys stay, to be seen; empty lists say nothing. */
function heard(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(heard);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => !(Array.isArray(item) && item.length === 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, heard(item)]));
}
