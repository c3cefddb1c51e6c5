/** A message type with its full name, from which `T`, the shape of its messages in memory, follows. */
export interface MessageType<T> {
  /** Full name, such as `mesos.v1.scheduler.Call`. */
  readonly name: string;
  /** The generated codec. Prefer `encode` and `decode` of protobuf.ts, which bound what they read. */
  readonly codec: MessageCodec<T>;
}

/** The part of a generated message class that the codec uses. */
export interface MessageCodec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): NoInfer<T>;
}

/** Pairs a generated class with its full name, which the class itself does not know. */
export function messageType<T>(name: string, codec: MessageCodec<T>): MessageType<T> {
  return { name, codec };
}

/** The name without packages and outer messages, as refusals show it: `Call` for `mesos.v1.scheduler.Call`. */
export function shortName(type: { readonly name: string }): string {
  return type.name.slice(type.name.lastIndexOf('.') + 1);
}

/** Messages may nest this deep, in JSON as in protobuf; deeper ones are refused before they exhaust the stack. */
export const MAX_DEPTH = 100;
