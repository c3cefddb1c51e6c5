import { mesos } from '../../../../proto/index.js';
import { ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';

const { OFFERS } = mesos.v1.scheduler.Event.Type;

/** What the first events on a stream are, and what a teardown is answered. */
export const subscribe: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target);
  await framework.stream.next(({ type }) => type === OFFERS, 10_000);
  const { status, headers } = framework.stream.answer;
  const events = framework.stream.events.map(({ document }) => document);
  recording.steps.push({ step: 'subscribe', status, headers, events });
  recording.answered('teardown', await framework.tearDown());
};
