import { type IncomingMessage, request } from 'node:http';
import { AgentCall, decode, encode, ProcessIO, RecordDecoder } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { refusal } from './operator-client.js';

/** Where a session's output goes. */
export interface SessionOutput {
  readonly stdout: (data: Uint8Array) => void;
  readonly stderr: (data: Uint8Array) => void;
}

/** Opens a session with an agent (`host:port`) and copies its output until it ends; leaving earlier kills it. */
export function runSession(address: string, call: AgentCall, output: SessionOutput): Promise<void> {
  const separator = address.lastIndexOf(':');
  const unreachable = (error: Error) =>
    new CommandFailure(EXIT.unreachable, `Cannot reach the agent at ${address}: ${error.message}`, undefined, {
      cause: error,
    });
  return new Promise((resolve, reject) => {
    const options = {
      host: address.slice(0, separator).replace(/^\[|\]$/g, ''),
      port: Number(address.slice(separator + 1)),
      method: 'POST',
      path: '/api/v1',
      headers: {
        'Content-Type': 'application/x-protobuf',
        Accept: 'application/recordio',
        'Message-Accept': 'application/x-protobuf',
      },
    };
    const outgoing = request(options, (incoming) => {
      const copied = incoming.statusCode === 200 ? copyRecords(incoming, output) : readRefusal(incoming, address);
      copied.then(resolve, reject);
    });
    outgoing.on('error', (error) => reject(unreachable(error)));
    outgoing.end(encode(AgentCall, call));
  });
}

async function copyRecords(incoming: IncomingMessage, output: SessionOutput): Promise<void> {
  const { STDOUT, STDERR } = mesos.v1.agent.ProcessIO.Data.Type;
  const records = new RecordDecoder();
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    for (const record of records.push(piece)) {
      const { data } = decode(ProcessIO, record);
      if (data?.data == null) continue;
      if (data.type === STDOUT) output.stdout(data.data);
      if (data.type === STDERR) output.stderr(data.data);
    }
  }
}

async function readRefusal(incoming: IncomingMessage, address: string): Promise<never> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
  const contentType = incoming.headers['content-type'] ?? '';
  throw refusal({ status: incoming.statusCode ?? 0, contentType, body: Buffer.concat(pieces) }, 'agent', address);
}
