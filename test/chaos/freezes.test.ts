import { describe, expect, it } from 'vitest';
import { Storm } from './storm.js';

const FREEZES = 4;
/** Longer than the master waits for a frozen agent, or an agent for a frozen master: two pings of a second. */
const FREEZE_MS = 4_000;

describe('a cluster whose daemons stand still for longer than their pings', () => {
  it('takes their tasks back when they go on, and runs none twice', async () => {
    await using storm = await Storm.start({
      masterFlags: ['--agent_ping_timeout=1secs', '--max_agent_ping_timeouts=2'],
      longestMs: 9_000,
      leastRuns: 64,
    });
    const { agents, master } = storm.cluster;
    for (const victims of [agents, [master]]) {
      await storm.again(victims, FREEZES / 2, [2_000, 3_000], (daemon) => storm.freeze(daemon, FREEZE_MS));
    }
    await Promise.all([
      storm.again(agents, FREEZES, [500, 2_000], (agent) => storm.freeze(agent, FREEZE_MS)),
      storm.again([master], FREEZES / 2, [1_000, 4_000], (daemon) => storm.freeze(daemon, FREEZE_MS)),
    ]);
    const { problems, leftovers } = await storm.end();
    expect({ problems, leftovers }).toEqual({ problems: [], leftovers: [] });
    const returned = [...(await storm.statesSeen()).values()].filter((states) => {
      const lost = states.indexOf('TASK_UNREACHABLE');
      return lost >= 0 && states.includes('TASK_RUNNING', lost);
    });
    expect(returned.length).toBeGreaterThan(0);
  });
});
