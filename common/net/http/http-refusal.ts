/**
 * Thrown by the steps that read a request, to end it with `status` and `message` as plain text. The router answers it;
 * it never leaves this layer.
 */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.headers = headers;
  }
}
