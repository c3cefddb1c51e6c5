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
  const recorded = readTranscript(scenario).filter(({ step }) => !OPERATOR_STEPS.test(`${scenario}/${step}`));
  return compareSteps(scenario, recording.steps, recorded, { format: target.format, skipped: recording.skipped });
}

/** Calls of the operator API, which scenarios of its own will make. */
const OPERATOR_STEPS = /^protobuf_out\/(?!scheduler stream)/;
