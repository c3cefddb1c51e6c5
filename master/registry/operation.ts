import type { StoreChange } from '../../common/store/store.js';

/** One durable change of the registry, small and named, made by the files beside this one. */
export interface RegistryOperation {
  /** For logs, such as `admit agent`. */
  readonly name: string;
  readonly changes: readonly StoreChange[];
}
