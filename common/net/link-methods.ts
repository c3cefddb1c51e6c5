import {
  type AgentMessage,
  type MasterMessage,
  meseta,
  type SchedulerCall,
  type SchedulerEvent,
} from '../../proto/index.js';
import type { LinkMethod } from './link-end.js';

const { AgentBatch, MasterBatch, SchedulerCalls, SchedulerEvents } = meseta.v1;

/** What a scheduler hears from its master over gRPC: events, and refusals of its calls. */
export type SchedulerDelivery =
  | { readonly kind: 'event'; readonly event: SchedulerEvent }
  | { readonly kind: 'refused'; readonly refusal: meseta.v1.CallRefused.$Properties };

const AGENT_LINK_PATH = '/meseta.v1.AgentLink/Connect';
const SCHEDULER_PATH = '/meseta.v1.Scheduler/Subscribe';

/** The agent's end of its link to the master. */
export const agentEndOfAgentLink: LinkMethod<AgentMessage, MasterMessage> = {
  path: AGENT_LINK_PATH,
  codec: {
    encode: (message) => AgentBatch.encode({ messages: [message] }).finish(),
    decode: (batch) => MasterBatch.decode(batch).messages,
  },
};

/** The master's end of its link to an agent. */
export const masterEndOfAgentLink: LinkMethod<MasterMessage, AgentMessage> = {
  path: AGENT_LINK_PATH,
  codec: {
    encode: (message) => MasterBatch.encode({ messages: [message] }).finish(),
    decode: (batch) => AgentBatch.decode(batch).messages,
  },
};

/** The scheduler's end of its subscription. */
export const schedulerEndOfSubscription: LinkMethod<SchedulerCall, SchedulerDelivery> = {
  path: SCHEDULER_PATH,
  codec: {
    encode: (call) => SchedulerCalls.encode({ calls: [call] }).finish(),
    decode: (batch) => {
      const { events, refused } = SchedulerEvents.decode(batch);
      return [
        ...events.map((event) => ({ kind: 'event' as const, event })),
        ...refused.map((refusal) => ({ kind: 'refused' as const, refusal })),
      ];
    },
  },
};

/** The master's end of a scheduler's subscription. */
export const masterEndOfSubscription: LinkMethod<SchedulerDelivery, SchedulerCall> = {
  path: SCHEDULER_PATH,
  codec: {
    encode: (delivery) =>
      SchedulerEvents.encode(
        delivery.kind === 'event' ? { events: [delivery.event] } : { refused: [delivery.refusal] },
      ).finish(),
    decode: (batch) => SchedulerCalls.decode(batch).calls,
  },
};
