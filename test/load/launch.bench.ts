import { cpus } from 'node:os';
import { RealCluster } from '../support/real-cluster.js';
import { TaskDriver } from '../support/task-driver.js';
import { type BenchResult, type BenchRow, summarizeSeries } from './bench.js';
import { processesWith, pssMib } from './pss.js';

const SEQUENTIAL = 300;
const BURST = 200;
const BURSTS = 5;
const HELD = 100;

/**
 * Real daemons, real processes, one clock: how long from an ACCEPT sent to TASK_RUNNING received, how soon freed
 * resources are offered again, how fast a burst runs, and what a task costs in memory.
 */
export default async function launch({ progress }: { progress: (text: string) => void }): Promise<BenchResult> {
  await using cluster = await RealCluster.start({
    agents: 1,
    resources: 'cpus:64;mem:65536;disk:65536;ports:[31000-32000]',
  });
  await using driver = new TaskDriver(cluster.masterAddress);
  await driver.until('a first offer', () => driver.offers.length > 0);
  const agentPid = cluster.agents[0]?.pid ?? 0;
  const idle = await ourMemory(agentPid, cluster.folder);
  const rows: BenchRow[] = [
    summarizeSeries('idle agent (Pss)', 'MiB', [idle.agent]),
    summarizeSeries('its spawner (Pss)', 'MiB', [idle.others]),
  ];
  progress(`${SEQUENTIAL} tasks one after another`);
  rows.push(...(await sequential(driver)));
  progress(`${BURSTS} bursts of ${BURST} tasks`);
  rows.push(...(await bursts(driver)));
  progress(`${HELD} tasks held`);
  rows.push(...(await held(driver, agentPid, cluster.folder)));
  return {
    name: 'launch',
    rows,
    notes: [`${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}, one agent`],
  };
}

async function sequential(driver: TaskDriver): Promise<BenchRow[]> {
  const running: number[] = [];
  const finished: number[] = [];
  const offered: number[] = [];
  for (let n = -20; n < SEQUENTIAL; n++) {
    const id = `seq-${n}`;
    driver.launch(new Map([[id, 'true']]));
    await driver.ended([id]);
    await driver.until('the resources to be offered again', () => driver.offers.length > 0);
    const offeredMs = performance.now();
    const times = driver.times.get(id);
    if (n < 0 || times?.runningMs === undefined || times.endedMs === undefined) continue; // the first ones warm up
    running.push(times.runningMs - times.acceptedMs);
    finished.push(times.endedMs - times.acceptedMs);
    offered.push(Math.max(0, offeredMs - times.endedMs));
  }
  return [
    summarizeSeries('ACCEPT to TASK_RUNNING', 'ms', running),
    summarizeSeries('ACCEPT to TASK_FINISHED of `true`', 'ms', finished),
    summarizeSeries('TASK_FINISHED to resources offered again', 'ms', offered),
  ];
}

async function bursts(driver: TaskDriver): Promise<BenchRow[]> {
  const rates: number[] = [];
  for (let round = -1; round < BURSTS; round++) {
    await driver.until('an offer', () => driver.offers.length > 0);
    const lines = new Map(Array.from({ length: BURST }, (_, n) => [`burst-${round}-${n}`, 'true']));
    const startedMs = performance.now();
    driver.launch(lines);
    await driver.ended(lines.keys());
    if (round >= 0) rates.push(BURST / ((performance.now() - startedMs) / 1_000));
  }
  return [summarizeSeries(`${BURST} tasks in one ACCEPT, all finished`, 'tasks/s', rates)];
}

async function held(driver: TaskDriver, agentPid: number, folder: string): Promise<BenchRow[]> {
  await driver.until('an offer', () => driver.offers.length > 0);
  const before = await ourMemory(agentPid, folder);
  const lines = new Map(Array.from({ length: HELD }, (_, n) => [`held-${n}`, 'exec sleep 3600']));
  const startedMs = performance.now();
  driver.launch(lines);
  await driver.until('all to run', () =>
    [...lines.keys()].every((id) => driver.times.get(id)?.runningMs !== undefined),
  );
  const runningMs = performance.now() - startedMs;
  const after = await ourMemory(agentPid, folder);
  for (const id of lines.keys()) driver.client.kill(id);
  await driver.ended(lines.keys());
  return [
    summarizeSeries(`${HELD} tasks held: all running`, 's', [runningMs / 1_000]),
    summarizeSeries('memory of ours per task held (Pss)', 'MiB', [
      (after.agent + after.others - before.agent - before.others) / HELD,
    ]),
    summarizeSeries('processes of ours per task held', '', [(after.processes - before.processes) / HELD]),
    summarizeSeries(`agent after ${SEQUENTIAL + (BURSTS + 1) * BURST} tasks (Pss)`, 'MiB', [before.agent]),
  ];
}

/** Memory of the agent and of whatever else of ours serves it: processes that name its folder and are no task. */
async function ourMemory(agentPid: number, folder: string) {
  const others = [...(await processesWith(`${folder}/agent-1`))].filter(
    ([pid, line]) => pid !== agentPid && line.includes('node'),
  );
  const sizes = await Promise.all(others.map(([pid]) => pssMib(pid)));
  return {
    agent: await pssMib(agentPid),
    others: sizes.reduce((sum, size) => sum + size, 0),
    processes: others.length,
  };
}
