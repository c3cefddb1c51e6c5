import type { Format, HttpAnswer } from '../../support/scheduler-http.js';
import type { Step } from './transcript.js';

/** Whom to drive. The cluster must be at rest, with one agent as in `README.md`. */
export interface Target {
  /** `host:port` of the leading master. */
  readonly master: string;
  /** `host:port` of the agent. */
  readonly agent: string;
  /** In which form schedulers speak. */
  readonly format: Format;
}

/** Collects what a scenario saw, step by step. */
export class Recording {
  readonly steps: Step[] = [];
  /** Recorded steps that have no counterpart in the form in which the target is spoken to. */
  readonly skipped = new Set<string>();

  /** A call and its answer. */
  answered(step: string, { status, headers, text }: HttpAnswer): void {
    this.steps.push({ step, status, headers, text });
  }

  /** What was waited for; undefined: it did not come. */
  saw(step: string, events: readonly unknown[]): void {
    this.steps.push({ step, events });
  }

  skip(step: string): void {
    this.skipped.add(step);
  }
}

/** Drives the target as the original was driven when the transcript of the same name was made. */
export type Scenario = (target: Target, recording: Recording) => Promise<void>;
