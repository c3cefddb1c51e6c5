import type { RegistryOperation } from './operation.js';
import { putMaster, REGISTRY_FORMAT } from './records.js';

/** This master writes the registry from now on. */
export function saveMaster(masterId: string): RegistryOperation {
  return { name: 'save master', changes: [putMaster({ format: REGISTRY_FORMAT, masterId })] };
}
