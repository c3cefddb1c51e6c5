import { type MessageType, toJson } from '../../../proto/codec/index.js';

/** A list of a message that its JSON shows even when empty: property in memory and name on the wire. */
export type ShownList<Message> = readonly [property: keyof Message & string, name: string];

/**
 * Prints a message with some lists shown even when they are empty, as the original prints the answers that it streams
 * from its tables; the codec leaves empty lists out.
 */
export function printListing<Message extends object>(
  type: MessageType<Message>,
  message: Message,
  lists: readonly ShownList<Message>[],
): string {
  const empty = lists
    .filter(([property]) => !((message[property] as readonly unknown[] | null | undefined)?.length ?? 0))
    .map(([, name]) => `"${name}":[]`);
  const body = toJson(type, message).slice(1, -1);
  return `{${[...(body === '' ? [] : [body]), ...empty].join(',')}}`;
}
