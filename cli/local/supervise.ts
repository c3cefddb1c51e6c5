import { readFile } from 'node:fs/promises';
import { type LocalCluster, planSchema } from './plan.js';
import { claimState, forgetCluster } from './state.js';
import { Supervisor } from './supervisor.js';

/** Entry of the supervisor's process: `supervise.js STATE_DIR PLAN_FILE`. */
const [stateDir, planFile] = process.argv.slice(2);
if (stateDir === undefined || planFile === undefined) {
  console.error('Cannot supervise: wanted STATE_DIR PLAN_FILE');
  process.exit(2);
}

const daemons = planSchema.parse(JSON.parse(await readFile(planFile, 'utf8')));
const cluster: LocalCluster = {
  supervisorPid: process.pid,
  startedAt: new Date().toISOString(),
  master: daemons.find(({ name }) => name === 'master')?.address ?? '',
  stateDir,
  daemons: daemons.map(({ name, address, logFile }) => ({ name, address, logFile })),
};
if (!(await claimState(cluster))) {
  console.error(`Cannot supervise: another supervisor has ${stateDir}`);
  process.exit(1);
}

const supervisor = new Supervisor(stateDir, daemons);
let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  void supervisor
    .stop()
    .then(() => forgetCluster(stateDir))
    .finally(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('SIGHUP', () => {}); // the terminal that started us may go
supervisor.start();
