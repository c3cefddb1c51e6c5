import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { expect, it } from 'vitest';

const proto = dirname(dirname(fileURLToPath(import.meta.url)));

/** Columns of fields-v1.tsv: kind, scope, name, number, label, type, default, notes. */
function declaredRows(): string[] {
  const schema = new protobuf.Root();
  schema.resolvePath = (_origin, path) => (path.startsWith('google/') ? path : join(proto, path));
  schema.loadSync(globSync('mesos/v1/**/*.proto', { cwd: proto }), { keepCase: true });
  schema.resolveAll();
  return rowsOf(schema).map((row) => row.join('\t'));
}

function rowsOf(namespace: protobuf.NamespaceBase): string[][] {
  return namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Enum) {
      const file = sourceOf(nested);
      return Object.entries(nested.values).map(([name, number]) => [
        ...['enum', nested.fullName.slice(1), name, String(number)],
        ...['', '', '', file],
      ]);
    }
    if (!(nested instanceof protobuf.Type)) return nested instanceof protobuf.Namespace ? rowsOf(nested) : [];
    const inner = rowsOf(nested);
    if (nested.fieldsArray.length > 0) return [...nested.fieldsArray.map(fieldRow), ...inner];
    return [['message', nested.fullName.slice(1), '', '', '', '', '', ''], ...inner];
  });
}

function fieldRow(field: protobuf.Field): string[] {
  const scope = field.parent?.fullName.slice(1) ?? '';
  const valueType = field.resolvedType?.fullName.slice(1) ?? field.type;
  const type = field instanceof protobuf.MapField ? `map<${field.keyType},${valueType}>` : valueType;
  const label = field.required ? 'required' : field.repeated ? 'repeated' : 'optional';
  const standard = field.options?.['default'];
  const notes = [
    ...(field.options?.['deprecated'] === true ? ['deprecated'] : []),
    ...(field.partOf === null ? [] : [`oneof ${field.partOf.name}`]),
  ];
  const value = standard === undefined ? '' : String(standard);
  return ['field', scope, field.name, String(field.id), label, type, value, notes.join(', ')];
}

function sourceOf(declared: protobuf.ReflectionObject): string {
  return declared.filename === null ? '' : relative(proto, declared.filename);
}

function tableRows(): string[] {
  const [, ...rows] = readFileSync(join(proto, 'mesos/fields-v1.tsv'), 'utf8').replace(/\n$/, '').split('\n');
  // The table remarks that one field is not published; a .proto file has no place for that but a comment.
  return rows.map((row) => row.replace('\ton the wire, not in the published v1 schema', '\t'));
}

it('declares exactly what the table of the public schema lists', () => {
  const declared = new Set(declaredRows());
  const listed = new Set(tableRows());
  expect({
    missing: [...listed].filter((row) => !declared.has(row)),
    invented: [...declared].filter((row) => !listed.has(row)),
  }).toEqual({ missing: [], invented: [] });
  expect(listed.size).toBeGreaterThan(1600);
});
