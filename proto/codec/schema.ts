import { descriptorJson } from '../generated/descriptor.js';

/** One field of a message as the `.proto` file declares it. */
export interface Field {
  /** As in JSON: snake case. */
  readonly name: string;
  /** As in memory: camel case. */
  readonly property: string;
  readonly number: number;
  readonly label: 'optional' | 'required' | 'repeated' | 'map';
  /** A scalar type such as `uint64`, or the full name of a message or enum. Of a map: the type of its values. */
  readonly type: string;
  /** As written in the `.proto` file, enums by name; undefined when not declared or when the field is deprecated. */
  readonly defaultValue: string | number | boolean | undefined;
  /** The group of which at most one member is set; undefined for most fields. */
  readonly oneof: string | undefined;
}

/** What a type name stands for. */
export type TypeShape =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'enum'; readonly numbers: ReadonlyMap<string, number> }
  | { readonly kind: 'message'; readonly fields: readonly Field[] };

type Row = readonly [string, string, number, string, string, (string | number | boolean | null)?, string?];
type Declarations = Readonly<Record<string, readonly Row[] | Readonly<Record<string, number>>>>;

const LABELS: Readonly<Record<string, Field['label']>> = {
  '?': 'optional',
  '!': 'required',
  '*': 'repeated',
  '%': 'map',
};
const SCALAR: TypeShape = { kind: 'scalar' };

let declarations: Declarations | undefined; // parsed on first use: not every process speaks JSON
const shapes = new Map<string, TypeShape>();

/** The shape of a type by its full name, such as `mesos.v1.TaskInfo`. Names that are not declared are scalars. */
export function shapeOf(type: string): TypeShape {
  let shape = shapes.get(type);
  if (shape === undefined) {
    shape = readShape(type);
    shapes.set(type, shape);
  }
  return shape;
}

/** The fields of a message in the order of declaration, which is the order they are printed in. */
export function fieldsOf(type: string): readonly Field[] {
  const shape = shapeOf(type);
  if (shape.kind !== 'message')
    throw new TypeError(`Cannot read fields of ${type}: it is not a message of this schema`);
  return shape.fields;
}

function readShape(type: string): TypeShape {
  const declared = allDeclarations()[type];
  if (declared === undefined) return SCALAR;
  if (isRows(declared)) return { kind: 'message', fields: declared.map(readField) };
  return { kind: 'enum', numbers: new Map(Object.entries(declared)) };
}

function allDeclarations(): Declarations {
  declarations ??= JSON.parse(descriptorJson) as Declarations;
  return declarations;
}

function isRows(declared: readonly Row[] | Readonly<Record<string, number>>): declared is readonly Row[] {
  return Array.isArray(declared);
}

function readField([name, property, number, mark, type, standard, oneof]: Row): Field {
  return {
    name,
    property,
    number,
    label: LABELS[mark] ?? 'optional',
    type,
    defaultValue: standard ?? undefined,
    oneof,
  };
}
