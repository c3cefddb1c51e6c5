import { z } from 'zod';
import { mesos, type Resource } from '../../proto/index.js';

const Type = mesos.v1.Value.Type;
const SourceType = mesos.v1.Resource.DiskInfo.Source.Type;

const NO_DYNAMIC =
  'Dynamic reservations cannot be specified at the command line; ' +
  'do not include a reservation with DYNAMIC type in the resources JSON';
const NO_REVOCABLE =
  'Revocable resources cannot be specified at the command line; ' +
  "do not include a 'revocable' key in the resources JSON";

const root = z.object({ root: z.string().optional() });
const source = z
  .object({
    type: z.enum(['PATH', 'MOUNT', 'BLOCK', 'RAW']),
    path: root.optional(),
    mount: root.optional(),
    id: z.string().optional(),
    profile: z.string().optional(),
    vendor: z.string().optional(),
  })
  .transform(({ type, ...rest }) => ({ ...rest, type: SourceType[type] }));

/** The JSON form of resources that an operator may give: what only programs may set is refused by name. */
const resource = z.object({
  name: z.string(),
  type: z.enum(['SCALAR', 'RANGES', 'SET']).transform((type) => Type[type]),
  scalar: z.object({ value: z.coerce.number() }).optional(),
  ranges: z.object({ range: z.array(z.object({ begin: z.coerce.number(), end: z.coerce.number() })) }).optional(),
  set: z.object({ item: z.array(z.string()) }).optional(),
  role: z.string().optional(),
  reservation: z.never(NO_DYNAMIC).optional(),
  reservations: z
    .array(
      z.object({
        type: z.literal('STATIC', NO_DYNAMIC),
        role: z.string(),
      }),
    )
    .transform((list) => list.map(({ role }) => ({ type: mesos.v1.Resource.ReservationInfo.Type.STATIC, role })))
    .optional(),
  revocable: z.never(NO_REVOCABLE).optional(),
  disk: z
    .object({
      source: source.optional(),
      persistence: z.never('Persistent volumes cannot be specified at the command line').optional(),
    })
    .optional(),
});

/** Reads a JSON array of resources. Gives every problem found, each with the place it was found at. */
export function parseJsonResources(text: string): { resources: readonly Resource[]; problems: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { resources: [], problems: [`not JSON: ${String(error)}`] };
  }
  const parsed = z.array(resource).safeParse(json);
  if (parsed.success) return { resources: parsed.data.map(withoutUndefined), problems: [] };
  return { resources: [], problems: parsed.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`) };
}

function pathText(path: readonly PropertyKey[]): string {
  return `resources${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')}`;
}

/** Zod leaves keys of absent fields out, but its types do not say so. */
function withoutUndefined(parsed: z.infer<typeof resource>): Resource {
  const { name, type, scalar, ranges, set, role, reservations, disk } = parsed;
  return {
    name,
    type,
    ...(scalar && { scalar }),
    ...(ranges && { ranges }),
    ...(set && { set }),
    ...(role !== undefined && { role }),
    ...(reservations && { reservations }),
    ...(disk?.source && { disk: { source: sourceOf(disk.source) } }),
  };
}

function sourceOf({ type, path, mount, id, profile, vendor }: z.infer<typeof source>) {
  return {
    type,
    ...(path && { path: path.root === undefined ? {} : { root: path.root } }),
    ...(mount && { mount: mount.root === undefined ? {} : { root: mount.root } }),
    ...(id !== undefined && { id }),
    ...(profile !== undefined && { profile }),
    ...(vendor !== undefined && { vendor }),
  };
}
