import { mesos, type Resource } from '../../proto/index.js';
import { DEFAULT_ROLE } from '../roles.js';
import { CodedError } from '../runtime/errors.js';
import { printAmount } from './amount.js';
import { parseJsonResources } from './parse-json.js';
import { Resources, reservationRole } from './resources.js';
import { validateResources } from './validate.js';
import { parseValue } from './value.js';

const { STATIC } = mesos.v1.Resource.ReservationInfo.Type;
const NAME = /^([^()]*?)(?:\(([^()]*)\))?$/;

/** How resources are read that leave something open. */
export interface ParseOptions {
  /** Whom resources that name no role are reserved for. Default `*`: nobody. */
  readonly defaultRole?: string;
}

/**
 * Reads resources as operators write them: `cpus:4;mem:1024;ports:[31000-32000];zones:{a,b};cpus(web):2`, or a JSON array
 * of wire resources. The role in parentheses reserves statically. Throws BAD_INPUT with every problem, one a line.
 */
export function parseResources(text: string, options: ParseOptions = {}): Resources {
  const read = text.trim().startsWith('[') ? parseJsonResources(text) : parseText(text);
  const resources = read.resources.map((resource) => withRole(resource, options.defaultRole ?? DEFAULT_ROLE));
  const problems = [...read.problems, ...validateResources(resources), ...validateTypes(resources)];
  if (problems.length > 0) throw new CodedError('BAD_INPUT', `Cannot read resources:\n${problems.join('\n')}`);
  return Resources.fromWire(resources);
}

/** Writes resources so that `parseResources` reads the same again. Only names, amounts and static reservations can be said. */
export function formatResources(resources: Resources): string {
  return [...resources.unallocated()]
    .map(({ kind, amount }) => {
      const role = reservationRole(kind);
      return `${kind.name}${role === undefined ? '' : `(${role})`}:${printAmount(amount)}`;
    })
    .join(';');
}

function parseText(text: string): { resources: readonly Resource[]; problems: readonly string[] } {
  const resources: Resource[] = [];
  const problems: string[] = [];
  for (const token of text.split(';').filter((part) => part.trim() !== '')) {
    const read = parseToken(token.trim());
    if (typeof read === 'string') problems.push(read);
    else resources.push(read);
  }
  return { resources, problems };
}

function parseToken(token: string): Resource | string {
  const [label, amount, ...more] = token.split(':');
  if (label === undefined || amount === undefined || more.length > 0) {
    return `Bad value for resources, missing or extra ':' in ${token}`;
  }
  const [, name, role] = NAME.exec(label.trim()) ?? [];
  if (name === undefined) return `Bad value for resources, mismatched parentheses in ${token}`;
  const value = parseValue(amount);
  if (typeof value === 'string') return `Bad value for resources, "${amount.trim()}" of ${name.trim()} ${value}`;
  if (value.text)
    return `Bad value for resources, ${name.trim()} is the text "${value.text.value}", a number, [ranges] or {set} is wanted`;
  return { ...value, name: name.trim(), ...(role !== undefined && { role: role.trim() }) };
}

function withRole(resource: Resource, defaultRole: string): Resource {
  if (resource.reservations) return resource;
  const { role = defaultRole, ...rest } = resource;
  if (role === DEFAULT_ROLE || role === null) return rest;
  return { ...rest, reservations: [{ type: STATIC, role }] };
}

function validateTypes(resources: readonly Resource[]): readonly string[] {
  const types = new Map(resources.map(({ name, type }) => [name, type]));
  const mixed = new Set(resources.filter(({ name, type }) => types.get(name) !== type).map(({ name }) => name));
  return [...mixed].map((name) => `Resources with the same name ('${name}') but different types are not allowed`);
}
