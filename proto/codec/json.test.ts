import { describe, expect, it } from 'vitest';
import { mesos } from '../generated/messages.js';
import { fromJson, fromJsonValue, toJson } from './json.js';
import { messageType } from './message-type.js';
import { decode, encode } from './protobuf.js';
import { AgentCall, FrameworkInfo, MasterResponse, Resource, SchedulerCall, TaskInfo, TaskStatus } from './types.js';
import { WireError } from './wire-error.js';

const { TaskState } = mesos.v1;
const DurationInfo = messageType('mesos.v1.DurationInfo', mesos.v1.DurationInfo);
const ContainerID = messageType('mesos.v1.ContainerID', mesos.v1.ContainerID);
const Scalar = messageType('mesos.v1.Value.Scalar', mesos.v1.Value.Scalar);

const scalar = (value: number) => toJson(Scalar, { value });

/** What is refused, and how. */
function refusal(run: () => unknown): WireError {
  try {
    run();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('toJson()', () => {
  it('names fields as the schema does and enums by name', () => {
    const status = { taskId: { value: 't' }, state: TaskState.TASK_RUNNING, executorId: { value: 'e' } };
    expect(toJson(TaskStatus, status)).toBe(
      '{"task_id":{"value":"t"},"state":"TASK_RUNNING","executor_id":{"value":"e"}}',
    );
  });

  it('leaves out what is absent, null or empty', () => {
    const group = { taskId: { value: 't' }, state: TaskState.TASK_LOST, labels: { labels: [] }, message: null };
    expect(toJson(TaskStatus, group)).toBe('{"task_id":{"value":"t"},"state":"TASK_LOST","labels":{}}');
  });

  it('shows declared defaults of fields that are not deprecated', () => {
    expect(JSON.parse(toJson(FrameworkInfo, { user: 'u', name: 'n' }))).toEqual({
      user: 'u',
      name: 'n',
      failover_timeout: 0,
      checkpoint: false,
    });
  });

  it('shows the empty lists that clients of the operator API index into', () => {
    expect(toJson(MasterResponse, { type: mesos.v1.master.Response.Type.GET_TASKS, getTasks: {} })).toBe(
      '{"type":"GET_TASKS","get_tasks":{"tasks":[],"completed_tasks":[],"unreachable_tasks":[]}}',
    );
  });

  it.each([
    [4, '4.0'],
    [0.1, '0.1'],
    [-0, '-0.0'],
    [1e21, '1e21'],
    [1.5e-7, '1.5e-7'],
    [2 ** 60, '1152921504606847000.0'],
  ])('prints the double %d as %s', (value, text) => {
    expect(scalar(value)).toBe(`{"value":${text}}`);
  });

  it('prints what JSON has no number for as a string, and reads it back', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(fromJson(Scalar, scalar(value))).toEqual({ value });
    }
  });

  it('prints 64-bit integers in full and keeps them within 64 bits', () => {
    expect(toJson(DurationInfo, { nanoseconds: 2 ** 60 })).toBe('{"nanoseconds":1152921504606846976}');
    expect(toJson(DurationInfo, { nanoseconds: 2 ** 63 })).toBe('{"nanoseconds":9223372036854775807}');
    expect(toJson(DurationInfo, { nanoseconds: -(2 ** 63) })).toBe('{"nanoseconds":-9223372036854775808}');
  });

  it('escapes control and non-ASCII characters', () => {
    expect(toJson(ContainerID, { value: 'a"\\\n\u0001é\u{1f600}/' })).toBe(
      '{"value":"a\\"\\\\\\n\\u0001\\u00E9\\uD83D\\uDE00/"}',
    );
  });

  it('refuses a message that contains itself', () => {
    const id: { value: string; parent?: object } = { value: 'x' };
    id.parent = id;
    expect(refusal(() => toJson(ContainerID, id as never)).code).toBe('LIMIT');
  });

  it('refuses a value that does not fit its field', () => {
    expect(refusal(() => toJson(ContainerID, { value: 7 } as never)).message).toBe(
      'Cannot print mesos.v1.ContainerID.value: it is of type number, a string is wanted',
    );
  });
});

describe('fromJson()', () => {
  const framework = (more: object) => fromJsonValue(FrameworkInfo, { user: 'u', name: 'n', ...more });

  it('takes numbers and booleans as strings', () => {
    expect(framework({ checkpoint: 'true', failover_timeout: '0.5' })).toMatchObject({
      checkpoint: true,
      failoverTimeout: 0.5,
    });
    expect(fromJson(DurationInfo, '{"nanoseconds":"9223372036854775807"}')).toEqual({ nanoseconds: 2 ** 63 });
  });

  it('takes a lone value where a list belongs', () => {
    expect(framework({ roles: 'web' })).toMatchObject({ roles: ['web'] });
    const call = fromJsonValue(SchedulerCall, {
      accept: { offer_ids: { value: 'o' }, operations: { type: 'LAUNCH' } },
    });
    expect(call.accept).toEqual({ offerIds: [{ value: 'o' }], operations: [{ type: 1 }] });
  });

  it('ignores unknown keys, camel case among them', () => {
    expect(framework({ slave_id: 1, failoverTimeout: 3, Filters: {} })).toEqual({ user: 'u', name: 'n' });
  });

  it('takes null for absent, in lists too', () => {
    expect(framework({ roles: [null, 'a'], hostname: null, labels: null })).toEqual({
      user: 'u',
      name: 'n',
      roles: ['a'],
    });
  });

  it('drops the unknown name of an optional enum value', () => {
    expect(fromJson(SchedulerCall, '{"type":"BOGUS"}')).toEqual({});
  });

  it('counts the unknown name of a required enum value as missing', () => {
    const { code, paths } = refusal(() => fromJson(TaskStatus, '{"task_id":{"value":"t"},"state":"TASK_BOGUS"}'));
    expect({ code, paths }).toEqual({ code: 'MISSING', paths: ['state'] });
  });

  it.each(['/+8=', '/+8', '_-8', '/+\n8=\n', '_-8='])('decodes base64 as %j', (data) => {
    const call = fromJsonValue(SchedulerCall, {
      message: { agent_id: { value: 'a' }, executor_id: { value: 'e' }, data },
    });
    expect(call.message?.data).toEqual(Buffer.from([0xff, 0xef]));
  });

  it('cuts fractions off integers, which clients compute in floating point', () => {
    expect(fromJson(DurationInfo, '{"nanoseconds":100000000.00000001}')).toEqual({ nanoseconds: 1e8 });
  });

  it('keeps the last of several members of a group', () => {
    const Selector = messageType(
      'mesos.v1.scheduler.AttributeConstraint.Selector',
      mesos.v1.scheduler.AttributeConstraint.Selector,
    );
    const text = '{"pseudoattribute_type":"HOSTNAME","attribute_name":"rack"}';
    expect(fromJson(Selector, text)).toEqual({ attributeName: 'rack' });
  });

  it('ignores the key that would reach for a prototype', () => {
    const limits = '{"__proto__":{"value":1},"cpus":{"value":2}}';
    const task = fromJson(
      TaskInfo,
      `{"__proto__":{"name":"x"},"name":"n","task_id":{"value":"t"},"agent_id":{"value":"a"},"limits":${limits}}`,
    );
    expect(Object.keys(task.limits ?? {})).toEqual(['cpus']);
    expect(Object.getPrototypeOf(task)).toBe(Object.prototype);
  });

  it.each([
    ['', 'syntax error at line 1 near: '],
    ['{oops', 'syntax error at line 1 near: oops'],
    ['{"a":1,\n "b":[1,2,}\n}', 'syntax error at line 2 near: }'],
    ['{"a":1} x', 'syntax error at line 1 near: x'],
    ['{"a" 1}', 'syntax error at line 1 near: 1}'],
  ])('says where %j stops being JSON', (text, problem) => {
    const error = refusal(() => fromJson(SchedulerCall, text));
    expect(error).toMatchObject({ code: 'SYNTAX', message: `Failed to parse body into JSON: ${problem}` });
  });

  it.each([
    ['a string without end', `{"a${'x'.repeat(5e6)}`],
    ['escapes without end', `{"a${'\\n'.repeat(5e6)}`],
    ['spaces', `{${' '.repeat(5e6)}!`],
    ['digits', `{"a":${'1'.repeat(5e6)}!`],
    ['wrong base64', `{"message":{"data":"${'='.repeat(5e6)}?"}}`],
  ])('refuses megabytes of %s without running out of stack', (_, text) => {
    expect(refusal(() => fromJson(SchedulerCall, text)).message.length).toBeLessThan(250);
  });

  it("names every missing field, a message's own first", () => {
    const call = {
      subscribe: { framework_info: { name: 'n' } },
      accept: { offer_ids: [{}, { value: 'o' }, {}] },
      kill: {},
    };
    expect(refusal(() => fromJsonValue(SchedulerCall, call)).message).toBe(
      'Failed to convert JSON into Call protobuf: Missing required fields: ' +
        'subscribe.framework_info.user, accept.offer_ids[0].value, accept.offer_ids[2].value, kill.task_id',
    );
  });

  it.each([
    [{ type: 3 }, "Not expecting a JSON number for field 'type'"],
    [{ accept: [{}] }, "Not expecting a JSON array for field 'accept'"],
    [
      { accept: { filters: { refuse_seconds: 'soon' } } },
      "Not expecting a JSON string for field 'accept.filters.refuse_seconds'",
    ],
    [
      { accept: { operations: [{ launch: 'x' }] } },
      "Not expecting a JSON string for field 'accept.operations[0].launch'",
    ],
    [{ message: { data: '?' } }, "Failed to base64 decode bytes field 'message.data'"],
  ])('refuses %j with the path of what is wrong', (value, problem) => {
    expect(refusal(() => fromJsonValue(SchedulerCall, value))).toMatchObject({
      code: 'INVALID',
      message: `Failed to convert JSON into Call protobuf: ${problem}`,
    });
  });

  it.each([
    ['mesos.v1.DurationInfo', DurationInfo, { nanoseconds: 1e19 }, 'nanoseconds'],
    [
      'mesos.v1.Resource',
      Resource,
      { name: 'ports', type: 'RANGES', ranges: { range: { begin: -1, end: 2 } } },
      'ranges.range.begin',
    ],
    [
      'mesos.v1.agent.Call',
      AgentCall,
      { set_logging_level: { level: 2 ** 32, duration: {} } },
      'set_logging_level.level',
    ],
    ['mesos.v1.Value.Scalar', Scalar, JSON.parse('{"value":1e999}'), 'value'],
  ])('refuses a number that %s cannot hold', (_, type, value, path) => {
    expect(refusal(() => fromJsonValue(type as never, value))).toMatchObject({ code: 'INVALID', paths: [path] });
  });

  it('refuses what nests too deep before it could overflow the stack', () => {
    const text = `${'{"parent":'.repeat(100_000)}{}${'}'.repeat(100_000)}`;
    expect(refusal(() => fromJson(ContainerID, text)).code).toBe('LIMIT');
    expect(refusal(() => fromJson(ContainerID, '['.repeat(1_000_000))).code).toBe('SYNTAX');
  });
});

describe('protobuf', () => {
  it('keeps the largest duration positive', () => {
    const forever = { nanoseconds: 2 ** 63 };
    expect(decode(DurationInfo, encode(DurationInfo, forever))).toEqual(forever);
    expect(Buffer.from(encode(DurationInfo, forever)).toString('hex')).toBe('08ffffffffffffffff7f');
  });

  it('gives integers as numbers, not as objects', () => {
    expect(decode(DurationInfo, encode(DurationInfo, { nanoseconds: 5e15 })).nanoseconds).toBe(5e15);
    expect(decode(DurationInfo, encode(DurationInfo, { nanoseconds: -300 })).nanoseconds).toBe(-300);
  });

  it('refuses garbage, and a message beyond the bound, with the sentence of the original', () => {
    expect(refusal(() => decode(SchedulerCall, Buffer.from('////')))).toMatchObject({
      code: 'SYNTAX',
      message: 'Failed to parse body into Call protobuf',
    });
    expect(refusal(() => decode(SchedulerCall, Buffer.alloc(11), 10)).code).toBe('LIMIT');
  });

  it('refuses what nests too deep', () => {
    let bytes = Buffer.from([0x0a, 0]);
    for (let depth = 0; depth < 200; depth++) {
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
      bytes = Buffer.concat([Buffer.from([0x0a, 0, 0x12, ...length]), bytes]);
    }
    expect(refusal(() => decode(ContainerID, bytes)).code).toBe('SYNTAX');
  });

  it('refuses to write a message that lacks what is required', () => {
    expect(refusal(() => encode(ContainerID, {} as never)).code).toBe('INVALID');
  });
});
