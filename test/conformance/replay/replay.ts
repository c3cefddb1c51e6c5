import { compareSteps, type Verdict } from './compare.js';
import { Recording, type Target } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';
import { readTranscript } from './transcript.js';

/** Drives the target through one scenario and holds what it answered against the transcript. */
export async function replay(scenario: string, target: Target): Promise<Verdict> {
  const run = SCENARIOS[scenario];
  if (run === undefined) throw new Error(`Cannot replay "${scenario}": wanted one of ${Object.keys(SCENARIOS)}`);
  const recording = new Recording();
  await run(target, recording);
  const recorded = readTranscript(scenario).filter(({ step }) => !NOT_MADE.test(`${scenario}/${step}`));
  return compareSteps(scenario, recording.steps, recorded, { format: target.format, skipped: recording.skipped });
}

/** Recorded steps that are not made yet: reading calls of the operator API in protobuf, and calls that are not served yet. */
const NOT_MADE =
  /^(protobuf_out\/(?!scheduler stream)|nested\/(launch nested|containers nested|wait nested|remove nested|kill unknown))/;
