/** The form of a document: for each place in it, such as `.tasks[].id`, the types of what stands there. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/** Places under which keys are names that somebody chose, such as roles: any key stands for all. */
export type Named = RegExp;

/** Collects the form of `value`; the elements of a list are one place. */
export function shapeOf(value: unknown, named: Named): Shape {
  const shape = new Map<string, Set<string>>();
  visit(value, '', named, shape);
  return shape;
}

function visit(value: unknown, place: string, named: Named, shape: Map<string, Set<string>>): void {
  const types = shape.get(place) ?? new Set<string>();
  shape.set(place, types.add(typeOf(value)));
  if (Array.isArray(value)) {
    for (const element of value) visit(element, `${place}[]`, named, shape);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      visit(inner, `${place}.${named.test(place) ? '*' : key}`, named, shape);
    }
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** What one form has and the other has not, and where their types differ, a line each. */
export function compareShapes(ours: Shape, original: Shape): string[] {
  const lines: string[] = [];
  for (const [place, types] of original) {
    const own = ours.get(place);
    if (own === undefined) {
      if (ours.has(parentOf(place))) lines.push(`missing ${place}: ${[...types]}`);
    } else if ([...types].some((type) => !own.has(type)) || [...own].some((type) => !types.has(type))) {
      lines.push(`differs ${place}: ${[...own]}, in the original ${[...types]}`);
    }
  }
  for (const [place, types] of ours) {
    if (!original.has(place) && original.has(parentOf(place))) lines.push(`extra ${place}: ${[...types]}`);
  }
  return lines;
}

/** A difference is told once, at its top. */
function parentOf(place: string): string {
  return place.endsWith('[]') ? place.slice(0, -2) : place.slice(0, place.lastIndexOf('.'));
}
