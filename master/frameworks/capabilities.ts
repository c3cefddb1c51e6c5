import { type FrameworkInfo, mesos } from '../../proto/index.js';

/** A capability by its wire name, such as `MULTI_ROLE`. */
export type FrameworkCapability = keyof typeof mesos.v1.FrameworkInfo.Capability.Type;

/** Whether the framework has said that it can deal with something. */
export function hasCapability(info: FrameworkInfo, name: FrameworkCapability): boolean {
  const wanted = mesos.v1.FrameworkInfo.Capability.Type[name];
  return (info.capabilities ?? []).some(({ type }) => type === wanted);
}

/** Roles the framework subscribes to: `roles` with MULTI_ROLE, else its one `role`, by default `*`. */
export function rolesOf(info: FrameworkInfo): ReadonlySet<string> {
  return new Set(hasCapability(info, 'MULTI_ROLE') ? (info.roles ?? []) : [info.role ?? '*']);
}
