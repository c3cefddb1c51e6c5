import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mesos } from '../../../proto/index.js';
import { RealCluster } from '../../support/real-cluster.js';
import { replay } from './replay.js';
import { SCENARIOS } from './scenarios/index.js';

let cluster: RealCluster;
let agent: string;
let facts = 0;
const explained = new Set<string>();

beforeAll(async () => {
  cluster = await RealCluster.start({
    masterFlags: ['--allocation_interval=200ms'],
    agentFlags: ['--attributes=rack:r1;size:3'],
  });
  const { getAgents } = await cluster.ask({ type: mesos.v1.master.Call.Type.GET_AGENTS });
  const info = getAgents?.agents?.[0]?.agentInfo;
  agent = `${info?.hostname}:${info?.port}`;
});
afterAll(async () => {
  console.log(
    `${facts} facts compared; different on purpose:\n${[...explained].map((reason) => `- ${reason}`).join('\n')}`,
  );
  await cluster?.[Symbol.asyncDispose]();
});

describe.each(['json', 'protobuf'] as const)('a scheduler that speaks %s is answered as by the original', (format) => {
  it.each(Object.keys(SCENARIOS))('%s', async (scenario) => {
    const verdict = await replay(scenario, { master: cluster.masterAddress, agent, format });
    facts += verdict.facts;
    for (const reason of verdict.explained) explained.add(reason);
    expect(verdict.differences).toEqual([]);
    expect(verdict.facts).toBeGreaterThan(5);
  });
});
