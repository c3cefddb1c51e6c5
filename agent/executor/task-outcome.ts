import { mesos } from '../../proto/index.js';
import type { ContainerExit } from '../containerizer/containerizer.js';
import type { StatusFields } from '../core.js';
import type { KillReason } from '../tasks/rows.js';
import { signalName } from './signals.js';

const { TASK_FINISHED, TASK_FAILED, TASK_KILLED } = mesos.v1.TaskState;
const { REASON_MAX_COMPLETION_TIME_REACHED } = mesos.v1.TaskStatus.Reason;

/** The end of a task whose command ran. */
interface TaskOutcome {
  readonly state: mesos.v1.TaskState;
  readonly fields: StatusFields;
}

/** Why a task was being ended when its command ended; absent: it was not. `asked`: by a call. */
type Killing = KillReason | 'asked' | undefined;

/**
 * The state that a command's end puts its task in, with the original's words. A command that ends well has finished even
 * while it was being killed; one that overstayed its time has failed however it ended.
 */
export function taskOutcome(exit: ContainerExit, killing: Killing): TaskOutcome {
  const message = `Command ${describeExit(exit)}`;
  if (killing === 'max-completion-time') {
    return { state: TASK_FAILED, fields: { message, reason: REASON_MAX_COMPLETION_TIME_REACHED } };
  }
  if (exit.kind === 'exited' && exit.code === 0) return { state: TASK_FINISHED, fields: { message } };
  if (killing === 'unhealthy') return { state: TASK_KILLED, fields: { message, healthy: false } };
  return { state: killing === 'asked' ? TASK_KILLED : TASK_FAILED, fields: { message } };
}

/** `exited with status 3`, `terminated with signal Killed`. */
function describeExit(exit: ContainerExit): string {
  switch (exit.kind) {
    case 'exited':
      return `exited with status ${exit.code}`;
    case 'signaled':
      return `terminated with signal ${signalName(exit.signal)}`;
    case 'unknown':
      return 'ended, but how cannot be told: what would have recorded its exit status is gone too';
  }
}

/** The status that waitpid() gave; undefined when nobody knows. */
export function waitStatus(exit: ContainerExit): number | undefined {
  switch (exit.kind) {
    case 'exited':
      return exit.code << 8;
    case 'signaled':
      return exit.signal;
    case 'unknown':
      return undefined;
  }
}
