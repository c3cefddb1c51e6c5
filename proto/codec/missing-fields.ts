import { fieldsOf, shapeOf } from './schema.js';

/**
 * Paths of all required fields that a message lacks, in the original's order: the message's own first, in the order of
 * their declaration, then those of the messages inside, by field number.
 */
export function missingFields(type: string, message: unknown, prefix = ''): string[] {
  const fields = fieldsOf(type);
  const values = message as Readonly<Record<string, unknown>>;
  const isPresent = (property: string) => values[property] !== undefined && values[property] !== null;
  const own = fields
    .filter(({ label, property }) => label === 'required' && !isPresent(property))
    .map(({ name }) => prefix + name);
  const inner = fields
    .filter(({ type: inside, property }) => isPresent(property) && shapeOf(inside).kind === 'message')
    .toSorted((one, other) => one.number - other.number)
    .flatMap(({ name, property, label, type: inside }) => {
      const value = values[property];
      if (Array.isArray(value)) {
        return value.flatMap((item, at) => missingFields(inside, item, `${prefix}${name}[${at}].`));
      }
      if (label === 'map') {
        return Object.entries(value as object).flatMap(([key, item]) =>
          missingFields(inside, item, `${prefix}${name}[${key}].`),
        );
      }
      return missingFields(inside, value, `${prefix}${name}.`);
    });
  return [...own, ...inner];
}
