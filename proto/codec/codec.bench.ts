import {
  decode,
  encode,
  encodeRecord,
  fromJson,
  type MessageType,
  RecordDecoder,
  SchedulerCall,
  SchedulerEvent,
  toJson,
} from './index.js';

const ROUNDS = 15;
const ROUND_MS = 60;

/** Reads and writes of a call and an event as schedulers exchange them, in messages per second. */
export default async function run({ progress }: { progress: (text: string) => void }) {
  return {
    name: 'Codec, messages per second',
    rows: [
      ...rowsOf('ACCEPT of 10 tasks', SchedulerCall, acceptCall(10), progress),
      ...rowsOf('OFFERS of 10 agents', SchedulerEvent, offersEvent(10), progress),
    ],
    notes: [`each run lasts ${ROUND_MS} ms on one thread`],
  };
}

function rowsOf<T>(what: string, type: MessageType<T>, value: unknown, progress: (text: string) => void) {
  progress(what);
  const text = JSON.stringify(value);
  const message = fromJson(type, text);
  const bytes = encode(type, message);
  const record = encodeRecord(toJson(type, message));
  const decoder = new RecordDecoder();
  return [
    row(`${what}: print JSON (${toJson(type, message).length} B)`, () => toJson(type, message)),
    row(`${what}: read JSON`, () => fromJson(type, text)),
    row(`${what}: write protobuf (${bytes.length} B)`, () => encode(type, message)),
    row(`${what}: read protobuf`, () => decode(type, bytes)),
    row(`${what}: cut record`, () => decoder.push(record)),
  ];
}

function row(what: string, work: () => unknown) {
  const rates = Array.from({ length: ROUNDS + 1 }, () => ratePerSecond(work))
    .slice(1) // the first is not warm
    .sort((one, other) => one - other);
  const [min = 0, median = 0, max = 0] = [rates[0], rates[ROUNDS >> 1], rates.at(-1)];
  return { what, unit: 'msg/s', median: Math.round(median), min: Math.round(min), max: Math.round(max), runs: ROUNDS };
}

function ratePerSecond(work: () => unknown): number {
  const startedAt = performance.now();
  let count = 0;
  let elapsedMs = 0;
  while (elapsedMs < ROUND_MS) {
    for (let at = 0; at < 20; at++) work();
    count += 20;
    elapsedMs = performance.now() - startedAt;
  }
  return (count / elapsedMs) * 1000;
}

const AGENT = { value: '9be2d2f2-37e1-47b6-8b3c-689892054ae8-S0' };
const FRAMEWORK = { value: '9be2d2f2-37e1-47b6-8b3c-689892054ae8-0000' };

const scalar = (name: string, value: number) => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  allocation_info: { role: 'web' },
});

function acceptCall(tasks: number) {
  const taskInfos = Array.from({ length: tasks }, (_, index) => ({
    name: `task-${index}`,
    task_id: { value: `task-${index}` },
    agent_id: AGENT,
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    command: { value: 'sleep 1000', environment: { variables: [{ name: 'PORT', value: '31000' }] } },
  }));
  return {
    type: 'ACCEPT',
    framework_id: FRAMEWORK,
    accept: {
      offer_ids: [{ value: 'o-1' }],
      operations: [{ type: 'LAUNCH', launch: { task_infos: taskInfos } }],
      filters: { refuse_seconds: 5 },
    },
  };
}

function offersEvent(agents: number) {
  const ports = { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 32_000 }] } };
  const offers = Array.from({ length: agents }, (_, index) => ({
    id: { value: `o-${index}` },
    framework_id: FRAMEWORK,
    agent_id: AGENT,
    hostname: `host-${index}`,
    resources: [ports, scalar('cpus', 4), scalar('mem', 4096), scalar('disk', 8192)],
    attributes: [{ name: 'rack', type: 'TEXT', text: { value: 'r1' } }],
    url: { scheme: 'http', address: { hostname: `host-${index}`, ip: '10.0.0.1', port: 5051 }, path: '/slave(1)' },
    allocation_info: { role: 'web' },
  }));
  return { type: 'OFFERS', offers: { offers } };
}
