import { describe, expect, it } from 'vitest';
import { Storm } from './storm.js';

const AGENT_KILLS = 50;
const SCHEDULER_KILLS = 20;
const MASTER_KILLS = 20;
const SPAWNER_KILLS = 10;

describe('a cluster whose daemons are killed again and again', () => {
  it('loses no task, runs none twice and reports every exit code truthfully', async () => {
    await using storm = await Storm.start();
    const { cluster, scheduler } = storm;
    const kills = await Promise.all([
      storm.again(cluster.agents, AGENT_KILLS, [400, 2_400], (agent) => storm.kill(agent)),
      storm.again([scheduler], SCHEDULER_KILLS, [1_000, 5_000], (daemon) => storm.kill(daemon)),
      storm.again([cluster.master], MASTER_KILLS, [1_500, 6_000], (master) => storm.kill(master)),
    ]);
    expect(kills).toEqual([AGENT_KILLS, SCHEDULER_KILLS, MASTER_KILLS]);
    const { problems, leftovers, untold } = await storm.end();
    expect({ problems, leftovers, untold }).toEqual({ problems: [], leftovers: [], untold: 0 });
  });
});

describe('agents whose spawners are killed again and again, and sometimes they themselves', () => {
  it('keep their tasks running, and tell of none a success that nobody saw', async () => {
    await using storm = await Storm.start();
    const { agents } = storm.cluster;
    await Promise.all([
      storm.again(agents, SPAWNER_KILLS, [500, 2_500], (agent) => storm.killSpawner(agent)),
      storm.again(agents, SPAWNER_KILLS / 2, [1_000, 4_000], (agent) => storm.killWithSpawner(agent)),
    ]);
    expect(storm.blindAt.length).toBeGreaterThanOrEqual(SPAWNER_KILLS); // there was one to kill, mostly
    const { problems, leftovers } = await storm.end();
    expect({ problems, leftovers }).toEqual({ problems: [], leftovers: [] });
  });
});
