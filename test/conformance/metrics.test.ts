import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentMetrics } from '../../agent/metrics/agent-metrics.js';
import { processMetrics } from '../../agent/metrics/process-figures.js';
import { masterMetrics } from '../../master/metrics/master-metrics.js';
import { AgentRig } from '../support/agent-rig.js';
import { MasterRig } from '../support/master-rig.js';
import { frameworkInfo } from '../support/scripted-scheduler.js';

/** The names that collectors of the original read, with their section of its documentation. */
const TABLE = readFileSync(new URL('mesos-metrics.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([section = '', , name = '']) => ({ section, name }));

/** Names with a part to fill in, and those of a principal that the recorded cluster happened to know. */
const VARIABLE = /<|^frameworks\/cap\/|\/quota\/roles\//;

function namesOf(section: string): string[] {
  return TABLE.filter((row) => row.section === section && !VARIABLE.test(row.name)).map(({ name }) => name);
}

describe('every figure that collectors of the original read is there from the first second', () => {
  it('on a master', () => {
    const rig = new MasterRig();
    rig.scheduler().subscribe(frameworkInfo({ roles: ['ops'] }));
    const names = new Set(masterMetrics(rig.master, 0).map(({ name }) => name));
    expect(namesOf('Master Nodes').filter((name) => !names.has(name))).toEqual([]);
    expect(namesOf('Master Nodes').length).toBeGreaterThan(200);
    rig.master.stop();
  });

  it('on an agent', () => {
    const garbage = () => ({ succeeded: 0, failed: 0, pending: 0, allowedAgeMs: 0 });
    const fetches = { succeeded: 0, failed: 0 };
    const figures = { fetches, fetcherCacheBytes: 0, recoveryMs: 0, launchesFailed: () => 0, garbage };
    const metrics = [...agentMetrics(new AgentRig().agent, 0), ...processMetrics(figures)];
    const names = new Set(metrics.map(({ name }) => name));
    expect(names.size).toBe(metrics.length);
    expect(namesOf('Agent Nodes').filter((name) => !names.has(name))).toEqual([]);
    expect(namesOf('Agent Nodes').length).toBeGreaterThan(90);
  });
});
