import { mesos } from '../../../../proto/index.js';
import { SchedulerHttp } from '../../../support/scheduler-http.js';
import type { Scenario } from '../scenario.js';

const { OFFERS } = mesos.v1.scheduler.Event.Type;
const { MULTI_ROLE } = mesos.v1.FrameworkInfo.Capability.Type;

/** Protobuf is wanted back, whatever form the call has. */
export const protobufOut: Scenario = async (target, recording) => {
  const frameworkInfo = { user: 'root', name: 'pb', roles: ['*'], capabilities: [{ type: MULTI_ROLE }] };
  const headers = { Accept: 'application/x-protobuf' };
  const stream = await SchedulerHttp.subscribe(target.master, { frameworkInfo }, target.format, headers);
  await stream.next(({ type }) => type === OFFERS);
  const events = stream.events.slice(0, 3).map(({ document }) => document);
  recording.steps.push({
    step: 'scheduler stream',
    status: stream.answer.status,
    headers: stream.answer.headers,
    events,
  });
  stream.close();
};
