import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Supervisor } from './supervisor.js';

/** Entry of the supervisor's process: `supervise.js STATE_DIR PLAN_FILE`. */
const [stateDir, planFile] = process.argv.slice(2);
if (stateDir === undefined || planFile === undefined) {
  console.error('Cannot supervise: wanted STATE_DIR PLAN_FILE');
  process.exit(2);
}

const planSchema = z.array(
  z.object({
    name: z.string(),
    address: z.string(),
    script: z.string(),
    args: z.array(z.string()),
    logFile: z.string(),
    stopSignal: z.enum(['SIGTERM', 'SIGUSR1']),
  }),
);
const supervisor = new Supervisor(stateDir, planSchema.parse(JSON.parse(await readFile(planFile, 'utf8'))));

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  void supervisor.stop().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('SIGHUP', () => {}); // the terminal that started us may go
await supervisor.start();
