import { readFileSync } from 'node:fs';
import { decode, SchedulerEvent, toJson } from '../../../proto/codec/index.js';

/** One exchange: what came back, as read from the wire. `events` are those of a stream, or what the step waited for. */
export interface Step {
  readonly step: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string | null;
  readonly events?: readonly unknown[];
}

/** An exchange with the original. */
export interface RecordedStep extends Step {
  readonly request: Readonly<Record<string, unknown>>;
}

/** What the original answered in a scenario, step by step. */
export function readTranscript(scenario: string): RecordedStep[] {
  const file = new URL(`../transcripts/${scenario}.json`, import.meta.url);
  const steps = JSON.parse(readFileSync(file, 'utf8')) as RecordedStep[];
  return steps.map((step) => (step.events ? { ...step, events: step.events.map(readable) } : step));
}

/** Events in protobuf were kept as their bytes. */
function readable(event: unknown): unknown {
  const bytes = (event as { b64?: string } | null)?.b64;
  if (bytes === undefined) return event;
  return JSON.parse(toJson(SchedulerEvent, decode(SchedulerEvent, Buffer.from(bytes, 'base64'))));
}
