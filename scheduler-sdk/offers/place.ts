import { type Attribute, mesos, type Offer } from '../../proto/index.js';

const { SCALAR, RANGES, SET, TEXT } = mesos.v1.Value.Type;

/** Where a task stands or could: an agent as constraints see it. */
export interface Place {
  readonly agentId: string;
  readonly hostname: string;
  readonly attributes?: readonly Attribute[] | null | undefined;
  readonly domain?: mesos.v1.DomainInfo.$Properties | null | undefined;
}

/** The agent of an offer. */
export function placeOf({ agentId, hostname, attributes, domain }: Offer): Place {
  return { agentId: agentId.value, hostname, attributes, domain };
}

/** The value of an attribute or pseudo-attribute as text (see `Constraint`); undefined where the agent has none. */
export function attributeOf(place: Place, name: string): string | undefined {
  switch (name) {
    case 'hostname':
      return place.hostname;
    case 'agent':
      return place.agentId;
    case '@region':
      return place.domain?.faultDomain?.region.name;
    case '@zone':
      return place.domain?.faultDomain?.zone.name;
  }
  const attribute = place.attributes?.find((candidate) => candidate.name === name);
  return attribute && printAttribute(attribute);
}

/** As operators write it: `r1`, `3`, `[1-5]`, `{a,b}`. */
function printAttribute({ type, text, scalar, ranges, set }: Attribute): string | undefined {
  switch (type) {
    case TEXT:
      return text?.value;
    case SCALAR:
      return scalar === null || scalar === undefined ? undefined : String(scalar.value);
    case RANGES:
      return `[${(ranges?.range ?? []).map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
    case SET:
      return `{${(set?.item ?? []).join(',')}}`;
  }
}
