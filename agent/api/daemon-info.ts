import type { ProcessInfo } from '../../common/runtime/process-info.js';

/** What the API tells of the agent's process. */
export interface DaemonInfo extends ProcessInfo {
  /** Host name of the leading master as configured, for `/state`. */
  readonly masterHostname: string;
}
