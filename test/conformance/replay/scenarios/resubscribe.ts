import { mesos } from '../../../../proto/index.js';
import { documentsOf, ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';
import { launch, shellTask } from '../work.js';

const { ERROR } = mesos.v1.scheduler.Event.Type;

/** A second scheduler takes over; the first is told, and the task goes on. */
export const resubscribe: Scenario = async (target, recording) => {
  await using older = await ReplayFramework.subscribe(target, { more: { failoverTimeout: 60 } });
  const offer = await older.offer();
  await older.accept(offer, launch(shellTask(offer, 'resub-1', 'sleep 5')));
  await older.untilRunning('resub-1');
  await using newer = await older.takeOver();
  const told = await older.stream.next(({ type }) => type === ERROR, 5_000);
  const { status, headers } = newer.stream.answer;
  const events = newer.stream.events.slice(0, 1).map(({ document }) => document);
  recording.steps.push({ step: 'second subscription', status, headers, events });
  recording.saw('old stream told', [told?.document]);
  recording.saw('updates', documentsOf(await newer.untilTerminal('resub-1', 20_000)));
};
