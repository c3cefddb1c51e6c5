import { type AgentCall, type AgentResponse, type MasterCall, type MasterResponse, mesos } from '../../proto/index.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { ask, type HttpAnswer } from './http.js';

/** Speaks the v1 operator API of a master or an agent, in protobuf. */
export interface OperatorClient<Call, Response> {
  /** Sends a call and gives its answer; refusals throw with the server's own words. */
  call(call: Call): Promise<Response>;
  /** `host:port`. */
  readonly address: string;
}

interface Endpoint<Call, Response> {
  readonly whom: string;
  readonly encode: (call: Call) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Response;
}

const MASTER: Endpoint<MasterCall, MasterResponse> = {
  whom: 'master',
  encode: (call) => mesos.v1.master.Call.encode(call).finish(),
  decode: (bytes) => mesos.v1.master.Response.decode(bytes),
};

const AGENT: Endpoint<AgentCall, AgentResponse> = {
  whom: 'agent',
  encode: (call) => mesos.v1.agent.Call.encode(call).finish(),
  decode: (bytes) => mesos.v1.agent.Response.decode(bytes),
};

/** `origin` says where the address came from, for errors. */
export const masterClient = (address: string, origin: string) => operatorClient(MASTER, address, origin);
export const agentClient = (address: string, origin = 'the master') => operatorClient(AGENT, address, origin);

function operatorClient<Call, Response>(
  endpoint: Endpoint<Call, Response>,
  address: string,
  origin: string,
): OperatorClient<Call, Response> {
  return {
    address,
    async call(call) {
      const answer = await ask({
        address,
        origin,
        whom: endpoint.whom,
        method: 'POST',
        path: '/api/v1',
        headers: { 'Content-Type': 'application/x-protobuf', Accept: 'application/x-protobuf' },
        body: endpoint.encode(call),
      });
      if (answer.status !== 200) throw refusal(answer, endpoint.whom, address);
      return endpoint.decode(answer.body);
    },
  };
}

/** Turns a status other than 200 into a failure with the server's reason. */
export function refusal(answer: HttpAnswer, whom: string, address: string): CommandFailure {
  const reason = answer.body.toString('utf8').slice(0, 2_000) || `status ${answer.status}`;
  return new CommandFailure(exitCodeOfStatus(answer.status), `The ${whom} at ${address} refused: ${reason}`);
}

function exitCodeOfStatus(status: number): number {
  if (status === 404) return EXIT.notFound;
  if (status === 401 || status === 403) return EXIT.refused;
  // A daemon that has not finished its start is as good as one that is not there: whoever waits goes on waiting.
  return status === 503 ? EXIT.unreachable : EXIT.failed;
}
