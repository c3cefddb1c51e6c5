import { validateRole } from '../common/roles.js';
import { isZooKeeperUrl, refusingZooKeeper } from '../common/runtime/daemon-flags.js';
import type { FlagKind } from '../common/runtime/flag.js';
import { list, oneOf, refusing } from '../common/runtime/flag-kinds.js';

/** `host:port` of the master; a lone host gets the usual port, and the original's `master@` before it is fine. */
export const masterAddress: FlagKind<string> = refusingZooKeeper({
  wanted: 'the address of the master as host:port, such as 10.0.0.1:5050',
  placeholder: 'HOST:PORT',
  parse(value) {
    if (isZooKeeperUrl(value)) return value;
    const match = /^(?:master@)?([A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(value.trim());
    const port = Number(match?.[2] ?? 5050);
    return match?.[1] !== undefined && port > 0 && port < 65_536 ? `${match[1]}:${port}` : undefined;
  },
});

/** A role by the rules of `validateRole`; any other text is refused. */
export const role: FlagKind<string> = {
  wanted: 'the name of a role, such as web or web/shop, or *',
  placeholder: 'ROLE',
  parse: (value) => (validateRole(value) === undefined ? value : undefined),
};

/** --launcher: `posix`; `linux`, known to the original, is refused with the reason. */
export const launcher = refusing(oneOf('posix', 'linux'), (value) =>
  value === 'linux' ? 'isolation by cgroups and namespaces is not in this version, use posix' : undefined,
);

/** --containerizers: names as the original has them, of which only `mesos` is not refused. */
export const containerizers = refusing(list('names of containerizers between commas, such as mesos'), (names) => {
  const missing = names.filter((name) => name !== 'mesos');
  return missing.length > 0 ? `${missing.join(' and ')} is not in this version, use mesos` : undefined;
});

/** What the plain containerizer does by itself: processes that are counted but not confined. */
const ISOLATORS: ReadonlySet<string> = new Set(['posix/cpu', 'posix/mem', 'filesystem/posix', 'posix', 'process']);

/** --isolation: names as the original has them; those that would confine are refused with the reason. */
export const isolation = refusing(list('names of isolators between commas, such as posix/cpu,posix/mem'), (names) => {
  const missing = names.filter((name) => !ISOLATORS.has(name));
  return missing.length > 0 ? `${missing.join(' and ')} is not in this version` : undefined;
});
