import type { CommandInfo } from '../../../proto/index.js';

/** One probe of a task: everything it needs is here. Probes do not time out on their own: their caller cancels. */
export type ProbeSpec =
  | {
      readonly kind: 'command';
      /** Container whose task is probed. */
      readonly containerId: string;
      /** `shell` defaults to true: `/bin/sh -c value`. */
      readonly command: CommandInfo;
      /** The complete environment, the task's own included. */
      readonly environment: Readonly<Record<string, string>>;
      /** Working directory: the task's sandbox. */
      readonly directory: string;
      /** Name of the user to run as; absent: the agent's own. */
      readonly user?: string;
    }
  | {
      readonly kind: 'http';
      readonly scheme: string;
      readonly host: string;
      readonly port: number;
      /** Begins with a slash. */
      readonly path: string;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** What a probe found. `failed`: it could not be carried out, or its process was killed by a signal. */
export type ProbeResult =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'answered'; readonly statusCode: number }
  | { readonly kind: 'connected' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Carries out probes. Command probes give `exited`, HTTP ones `answered`, TCP ones `connected` or `refused`; any may fail. */
export interface Prober {
  /** Starts a probe. `done` is called at most once, in a later turn, and never after the returned `cancel` was called. */
  probe(spec: ProbeSpec, done: (result: ProbeResult) => void): () => void;
}
