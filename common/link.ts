/**
 * One end of an ordered connection between two parties: gRPC stream, HTTP stream or simulated. First in, first out
 * while it lasts; nothing is promised about what was under way when it breaks.
 */
export interface Link<Outgoing> {
  /** Queues a message; those of one turn leave in one write. Does nothing once closed. */
  send(message: Outgoing): void;
  /** Delivers what was sent, then closes. Idempotent. The `closed` of this end's receiver is called in a later turn. */
  close(): void;
}

/** The other half: what a party is told by its end of a connection. */
export interface Receiver<Incoming> {
  received(message: Incoming): void;
  /** Called once, last. `reason` is for logs. */
  closed(reason: string): void;
}

/** Opens connections. `address` is `host:port`. A failure to connect is told through `closed`. */
export interface Dialer<Outgoing, Incoming> {
  dial(address: string, receiver: Receiver<Incoming>): Link<Outgoing>;
}
