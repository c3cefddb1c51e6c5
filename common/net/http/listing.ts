import { type MessageType, messageType, toJson } from '../../../proto/codec/index.js';

/** A list of a message that its JSON shows even when empty: property in memory and name on the wire. */
export type ShownList<Message> = readonly [property: keyof Message & string, name: string];

/**
 * A printer of messages that shows some lists even when they are empty, as the original prints the answers that it
 * streams from its tables; the codec leaves empty lists out. `name` is the full name of the type.
 */
export function listingPrinter<Message extends object>(
  name: string,
  codec: MessageType<Message>['codec'],
  lists: readonly ShownList<Message>[],
): (message: Message) => string {
  const type = messageType(name, codec);
  return (message) => {
    const body = toJson(type, message).slice(1, -1);
    const empty = lists.filter(([property]) => isEmpty(message[property])).map(([, shown]) => `"${shown}":[]`);
    return `{${[...(body === '' ? [] : [body]), ...empty].join(',')}}`;
  };
}

/** An answer whose one member has been printed already: `{"type":"GET_TASKS","get_tasks":...}`. */
export function printAnswer(member: string, body: string): string {
  return `{"type":"${member.toUpperCase()}","${member}":${body}}`;
}

const isEmpty = (list: unknown) => !Array.isArray(list) || list.length === 0;
