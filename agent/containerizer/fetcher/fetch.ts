import type { CommandUri } from '../../../proto/index.js';

/** What to bring into a sandbox. */
export interface FetchRequest {
  readonly containerId: string;
  readonly uris: readonly CommandUri[];
  /** The sandbox: real, absolute, existing. */
  readonly directory: string;
  /** Who shall own what is fetched; absent: the agent. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Fetches all or, when it throws, nothing that a task would take for complete. Aborting makes it throw soon. */
export type Fetch = (request: FetchRequest, signal: AbortSignal) => Promise<void>;
