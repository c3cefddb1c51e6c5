import { mesos, type Task } from '../../proto/index.js';
import { type BenchResult, summarizeSeries } from '../../test/load/bench.js';
import { MasterRig } from '../../test/support/master-rig.js';
import type { ScriptedAgent } from '../../test/support/scripted-agent.js';
import { commandTask, frameworkInfo, type ScriptedScheduler } from '../../test/support/scripted-scheduler.js';

const { TASK_FINISHED, TASK_RUNNING } = mesos.v1.TaskState;
const AGENTS = 2_000;
const TASKS_PER_AGENT = 50;
const LAUNCHES = 3_000;
const RESOURCES = 'cpus:64;mem:262144;disk:1048576;ports:[31000-32000]';

/**
 * The master's core alone, its store in memory and its links function calls: what an ACCEPT costs until the agent's
 * message has left, on a cluster of 2,000 agents, the whole life of a task, and the return of all agents with 50 tasks
 * each after a failover of the master.
 */
export default async function run({ progress }: { progress: (text: string) => void }): Promise<BenchResult> {
  const rig = new MasterRig();
  progress(`registering ${AGENTS} agents`);
  const agents = new Map<string, ScriptedAgent>();
  const registering = timed(() => {
    for (let n = 0; n < AGENTS; n++) {
      const agent = rig.registeredAgent(`host${n}`, RESOURCES);
      agents.set(agent.id, agent);
    }
  });
  const scheduler = rig.scheduler().subscribe(frameworkInfo({ failoverTimeout: 86_400 }));
  progress(`launching ${LAUNCHES} tasks, one after the other`);
  const lives = Array.from({ length: LAUNCHES }, (_, n) => live(scheduler, agents, `t${n}`));
  progress(`${AGENTS} agents return with ${TASKS_PER_AGENT} tasks each`);
  const { id } = scheduler;
  const reports = [...agents.values()].map((agent) => ({ agent, tasks: tasksOn(agent.id, id) }));
  rig.failover();
  const frameworks = [frameworkInfo({ id: { value: id }, failoverTimeout: 86_400 })];
  const returning = timed(() => {
    for (const { agent, tasks } of reports) agent.reregister({ frameworks, tasks });
  });
  const back = rig.master.agents.registered.size;
  const tasks = [...rig.master.frameworks.live.values()].reduce((sum, framework) => sum + framework.tasks.size, 0);
  return {
    name: 'Master core',
    rows: [
      summarizeSeries(
        'ACCEPT until the agent has its task',
        'us',
        lives.map(({ acceptMs }) => acceptMs * 1_000),
      ),
      summarizeSeries(
        'whole life of a task: offer, launch, two updates acknowledged',
        'us',
        lives.map(({ allMs }) => allMs * 1_000),
      ),
      summarizeSeries('registration of an agent', 'us', [(registering * 1_000) / AGENTS]),
      summarizeSeries(`return of ${AGENTS} agents with ${TASKS_PER_AGENT} tasks each`, 'ms', [returning]),
    ],
    notes: [`${back} agents and ${tasks} tasks were back.`],
  };
}

function live(scheduler: ScriptedScheduler, agents: ReadonlyMap<string, ScriptedAgent>, id: string) {
  let acceptMs = 0;
  const allMs = timed(() => {
    const offer = scheduler.takeOffers().at(-1);
    const agent = offer && agents.get(offer.agentId.value);
    if (offer === undefined || agent === undefined) throw new Error('Cannot launch: there is no offer');
    acceptMs = timed(() => scheduler.launch([offer], commandTask(id, agent.id)));
    agent.take('runTask');
    for (const state of [TASK_RUNNING, TASK_FINISHED]) {
      agent.update(scheduler.id, id, state);
      scheduler.acknowledge(scheduler.takeStatus());
      agent.take('acknowledge');
    }
  });
  return { acceptMs, allMs };
}

function tasksOn(agent: string, framework: string): Task[] {
  return Array.from({ length: TASKS_PER_AGENT }, (_, n) => {
    const { name, resources } = commandTask(`${agent}-t${n}`, agent);
    return {
      name,
      taskId: { value: name },
      frameworkId: { value: framework },
      agentId: { value: agent },
      state: TASK_RUNNING,
      statuses: [{ taskId: { value: name }, state: TASK_RUNNING, uuid: new Uint8Array(16) }],
      resources: (resources ?? []).map((resource) => ({ ...resource, allocationInfo: { role: '*' } })),
    };
  });
}

function timed(act: () => void): number {
  const startedMs = performance.now();
  act();
  return performance.now() - startedMs;
}
