import { describe, expect, it } from 'vitest';
import { mesos } from '../proto/index.js';
import { AgentRig, commandTask, FRAMEWORK } from '../test/support/agent-rig.js';
import { FakeHost, scriptOf } from '../test/support/fake-containerizer.js';

const executorOf = (id: string) => ({ executorId: { value: id }, type: mesos.v1.ExecutorInfo.Type.DEFAULT });
const ENDS = ['FINISHED', 'FAILED', 'KILLED'];

/** Ten minutes of launches, kills, broken links and killed agents, drawn from a seed. Then everything settles. */
function churn(seed: number): { rig: AgentRig; launched: Map<string, string> } {
  const host = { random: () => 0 };
  const rig = new AgentRig(
    {},
    (clock) =>
      new FakeHost(clock, scriptOf, { startMs: () => 200 * host.random(), reportMs: () => 100 * host.random() }),
    seed,
  ).start();
  const { random, master } = rig;
  host.random = () => random.next();
  const launched = new Map<string, string>();
  const command = () => `sleep ${(random.next() * 20).toFixed(2)}; exit ${Math.floor(random.next() * 3)}`;
  const kill = (id: string) => master.say({ killTask: { frameworkId: { value: 'F' }, taskId: { value: id } } });
  for (let turn = 0; turn < 120; turn++) {
    const chance = random.next();
    const id = `t${turn}`;
    if (chance < 0.35) {
      launched.set(id, command());
      rig.run(commandTask(id, launched.get(id) ?? ''));
    } else if (chance < 0.5) {
      const tasks = [`${id}a`, `${id}b`].map((member) => {
        launched.set(member, command());
        return commandTask(member, launched.get(member) ?? '');
      });
      const executor = executorOf(`e${Math.floor(random.next() * 3)}`);
      master.say({ runTaskGroup: { framework: FRAMEWORK, executor, taskGroup: { tasks } } });
    } else if (chance < 0.65) {
      const open = [...launched.keys()].filter((each) => !ENDS.includes(master.statesOf(each).at(-1) ?? ''));
      const chosen = open[Math.floor(random.next() * open.length)];
      if (chosen !== undefined && master.statesOf(chosen).length > 0) kill(chosen);
    } else if (chance < 0.75) {
      master.drop();
    } else if (chance < 0.85) {
      master.acknowledges = !master.acknowledges;
    } else {
      rig.kill();
      rig.clock.advance(random.next() * 5_000);
      rig.restart();
    }
    rig.clock.advance(random.next() < 0.5 ? random.next() * 500 : random.next() * 10_000);
  }
  master.acknowledges = true;
  master.drop();
  rig.clock.advance(1_300_000);
  return { rig, launched };
}

describe('an agent under churn', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    '(seed %d) runs nothing twice and tells every true end',
    (seed) => {
      const { rig, launched } = churn(seed);
      expect(rig.outcome).toBe('ready');
      expect(rig.fatal).toEqual([]);
      expect(rig.host.running).toEqual([]);
      expect(rig.agent.frameworks.size).toBe(0);
      for (const [id, command] of launched) {
        const starts = rig.host.taskStarts.get(`F/${id}`) ?? 0;
        const states = rig.master.statesOf(id);
        const told = `${id} (${command}): started ${starts} times, told ${states}`;
        expect(starts, told).toBeLessThanOrEqual(1);
        if (starts === 0) {
          expect([[], ['KILLED'], ['LOST'], ['FAILED']], told).toContainEqual(states);
          continue;
        }
        const last = states.at(-1) ?? '';
        expect(states.slice(0, -1), told).toEqual(['STARTING', 'RUNNING']);
        expect(ENDS, told).toContain(last);
        const code = Number(command.slice(-1));
        const exitMessage = `Command exited with status ${code}`;
        if (last !== 'KILLED') expect(rig.master.lastOf(id)?.message, told).toBe(exitMessage);
        if (last !== 'KILLED') expect(last === 'FINISHED', told).toBe(code === 0);
      }
    },
  );
});
