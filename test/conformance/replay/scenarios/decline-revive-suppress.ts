import { mesos } from '../../../../proto/index.js';
import { ReplayFramework } from '../framework.js';
import type { Scenario } from '../scenario.js';

const { REVIVE, SUPPRESS } = mesos.v1.scheduler.Call.Type;
/** Many times what an offer takes to come, when one is due. */
const SILENCE_MS = 3_000;

/** When offers come and when they stay away. */
export const declineReviveSuppress: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target);
  const isOffered = async (boundMs: number) => (await framework.tryOffer(boundMs)) !== undefined;
  recording.answered('decline long', await framework.decline(await framework.offer(), 300));
  recording.saw('no offer while filtered', [await isOffered(SILENCE_MS)]);
  recording.answered('revive', await framework.call({ type: REVIVE }));
  const offer = await framework.tryOffer(5_000);
  recording.saw('offer after revive', [offer !== undefined]);
  recording.answered('suppress', await framework.call({ type: SUPPRESS }));
  if (offer !== undefined) recording.answered('decline', await framework.decline(offer, 0.01));
  recording.saw('no offer while suppressed', [await isOffered(SILENCE_MS)]);
  recording.answered('revive role', await framework.call({ type: REVIVE, revive: { roles: ['*'] } }));
  recording.saw('offer after revive role', [await isOffered(5_000)]);
};
