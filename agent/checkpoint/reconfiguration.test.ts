import { describe, expect, it } from 'vitest';
import { parseAttributes } from '../../common/attributes.js';
import { parseResources } from '../../common/resources/parse.js';
import type { AgentInfo } from '../../proto/index.js';
import { reconfigurationProblem } from './reconfiguration.js';

const agent = (more: Partial<AgentInfo> = {}): AgentInfo => ({
  id: { value: 'S0' },
  hostname: 'host1',
  port: 5051,
  resources: parseResources('cpus:4;mem:1024;ports:[31000-32000]').toWire(),
  ...attributes('rack:r1'),
  ...more,
});
const attributes = (text: string) => ({ attributes: [...parseAttributes(text)] });
const resources = (text: string) => ({ resources: parseResources(text).toWire() });
const domain = (zone: string) => ({ domain: { faultDomain: { region: { name: 'r' }, zone: { name: zone } } } });

/** `equal` and `additive`: what each policy says of the change; undefined: nothing against it. */
const CASES: readonly (readonly [
  what: string,
  now: AgentInfo,
  equal: RegExp | undefined,
  additive: RegExp | undefined,
])[] = [
  ['nothing', agent(), undefined, undefined],
  ['the order of resources', agent(resources('ports:[31000-32000];mem:1024;cpus:4')), undefined, undefined],
  [
    'more cpus',
    agent(resources('cpus:8;mem:1024;ports:[31000-32000]')),
    /resources was "cpus:4; .*is "cpus:8; /,
    undefined,
  ],
  ['a further resource', agent(resources('cpus:4;mem:1024;disk:10;ports:[31000-32000]')), /is ".*disk:10/, undefined],
  ['fewer cpus', agent(resources('cpus:2;mem:1024;ports:[31000-32000]')), /was "cpus:4; .*is "cpus:2/, /is "cpus:2/],
  ['fewer ports', agent(resources('cpus:4;mem:1024;ports:[31000-31999]')), /31000-31999/, /31000-31999/],
  ['a reservation', agent(resources('cpus(web):4;mem:1024;ports:[31000-32000]')), /web/, /web/],
  [
    'another hostname',
    agent({ hostname: 'host2' }),
    /hostname was "host1", is "host2"/,
    /hostname was "host1", is "host2"/,
  ],
  ['another port', agent({ port: 6000 }), /port was "5051", is "6000"/, /port was "5051", is "6000"/],
  ['a further attribute', agent(attributes('rack:r1;size:3')), /is "rack:r1;size:3"/, undefined],
  ['an attribute that changes', agent(attributes('rack:r2')), /is "rack:r2"/, /is "rack:r2"/],
  [
    'an attribute that goes',
    agent({ attributes: [] }),
    /attributes was "rack:r1", is ""/,
    /attributes was "rack:r1", is ""/,
  ],
  ['a domain where none was', agent(domain('z1')), /domain was "", is "r\/z1"/, undefined],
];

const expectText = (text: string | undefined, wanted: RegExp | undefined) =>
  wanted ? expect(text).toMatch(wanted) : expect(text).toBeUndefined();

describe('reconfigurationProblem()', () => {
  it.each(CASES)('judges %s', (_, now, equal, additive) => {
    expectText(reconfigurationProblem(agent(), now, 'equal'), equal);
    expectText(reconfigurationProblem(agent(), now, 'additive'), additive);
  });

  it('refuses a domain that changes or goes under either policy', () => {
    for (const policy of ['equal', 'additive'] as const) {
      expect(reconfigurationProblem(agent(domain('z1')), agent(domain('z2')), policy)).toMatch(
        /was "r\/z1", is "r\/z2"/,
      );
      expect(reconfigurationProblem(agent(domain('z1')), agent(), policy)).toMatch(/was "r\/z1", is ""/);
    }
  });

  it('names every difference at once, and offers additive only where that would do', () => {
    const grown = agent({ ...resources('cpus:8;mem:1024;ports:[31000-32000]'), ...domain('z1') });
    expect(reconfigurationProblem(agent(), grown, 'equal')).toMatch(
      /domain was .*; resources was .*--reconfiguration_policy=additive/,
    );
    const moved = { ...grown, hostname: 'host2' };
    expect(reconfigurationProblem(agent(), moved, 'equal')).toMatch(/hostname was .*domain was .*resources was /);
    expect(reconfigurationProblem(agent(), moved, 'equal')).not.toContain('=additive');
  });
});
