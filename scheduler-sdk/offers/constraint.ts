import { CodedError } from '../../common/runtime/errors.js';

/**
 * A rule about where a task may stand. `attribute` is the name of an agent's attribute, or `hostname`, `agent` (its
 * id), `@region`, `@zone`. Peers are tasks of the same group, placed earlier or in the same match.
 */
export type Constraint =
  | { readonly kind: 'is'; readonly attribute: string; readonly value: string }
  /** The whole value must match the regular expression. */
  | { readonly kind: 'like'; readonly attribute: string; readonly pattern: string }
  /** The whole value must not match; an agent without the attribute passes. */
  | { readonly kind: 'unlike'; readonly attribute: string; readonly pattern: string }
  /** Where the peers are; the first one is free to choose. */
  | { readonly kind: 'cluster'; readonly attribute: string }
  /** No two peers on one value: `unique` on `hostname` is one per host. */
  | { readonly kind: 'unique'; readonly attribute: string }
  | { readonly kind: 'max-per'; readonly attribute: string; readonly most: number }
  /** Evenly over the values; `groups`: how many values there will be, when known. */
  | { readonly kind: 'group-by'; readonly attribute: string; readonly groups?: number };

const WANTED = 'ATTRIBUTE:OPERATOR[:VALUE] with IS, LIKE, UNLIKE, CLUSTER, UNIQUE, MAX_PER or GROUP_BY is wanted';

/**
 * Reads `rack:LIKE:r[12]`, `hostname:UNIQUE`, `rack:GROUP_BY:3`, in Marathon's spelling and any case; `CLUSTER` with a
 * value means `IS`. Throws `BAD_INPUT`.
 */
export function parseConstraint(text: string): Constraint {
  const [attribute = '', operator = '', ...rest] = text.split(':');
  const value = rest.length > 0 ? rest.join(':') : undefined;
  const constraint = attribute === '' ? undefined : build(attribute, operator.toUpperCase().replace('-', '_'), value);
  if (typeof constraint === 'object') return constraint;
  throw new CodedError('BAD_INPUT', `Cannot read constraint "${text}": ${constraint ?? WANTED}`);
}

/** As `parseConstraint` reads it. */
export function printConstraint(constraint: Constraint): string {
  const { kind, attribute } = constraint;
  const head = `${attribute}:${kind.toUpperCase().replace('-', '_')}`;
  switch (kind) {
    case 'is':
      return `${head}:${constraint.value}`;
    case 'like':
    case 'unlike':
      return `${head}:${constraint.pattern}`;
    case 'max-per':
      return `${head}:${constraint.most}`;
    case 'group-by':
      return constraint.groups === undefined ? head : `${head}:${constraint.groups}`;
    case 'cluster':
    case 'unique':
      return head;
  }
}

/** The constraint, what is wrong with its value, or undefined for an operator that does not exist. */
function build(attribute: string, operator: string, value: string | undefined): Constraint | string | undefined {
  switch (operator) {
    case 'IS':
      return value === undefined ? 'IS wants a value' : { kind: 'is', attribute, value };
    case 'CLUSTER':
      return value === undefined ? { kind: 'cluster', attribute } : { kind: 'is', attribute, value };
    case 'LIKE':
    case 'UNLIKE':
      return pattern(attribute, operator === 'LIKE' ? 'like' : 'unlike', value);
    case 'UNIQUE':
      return value === undefined ? { kind: 'unique', attribute } : 'UNIQUE takes no value';
    case 'MAX_PER':
      return count(value) ? { kind: 'max-per', attribute, most: Number(value) } : 'MAX_PER wants a number from 1';
    case 'GROUP_BY':
      if (value === undefined) return { kind: 'group-by', attribute };
      return count(value) ? { kind: 'group-by', attribute, groups: Number(value) } : 'GROUP_BY wants a number from 1';
    default:
      return undefined;
  }
}

function pattern(attribute: string, kind: 'like' | 'unlike', value: string | undefined): Constraint | string {
  if (value === undefined) return `${kind.toUpperCase()} wants a regular expression`;
  try {
    new RegExp(value);
  } catch (error) {
    return error instanceof Error ? error.message : 'not a regular expression';
  }
  return { kind, attribute, pattern: value };
}

function count(value: string | undefined): boolean {
  return value !== undefined && /^[1-9]\d{0,8}$/.test(value);
}
