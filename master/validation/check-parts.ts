import type { CommandInfo } from '../../proto/index.js';
import { validateCommand } from './command.js';
import { type Reasons, reasonIf } from './reasons.js';

/** The command of a check: something to run, and a sound environment. `check` and `owner` name it in the reasons. */
export function validateCheckCommand(check: string, owner: string, command: CommandInfo): Reasons {
  if (command.value == null) {
    const wanted = (command.shell ?? true) ? "'shell command'" : "'executable path'";
    return [`${check} must contain ${wanted}`];
  }
  return validateCommand(owner, command);
}

/** A duration in seconds that may be absent; NaN and infinity are refused with the negative ones. */
export function validateSeconds(field: string, seconds: number | null | undefined): Reasons {
  const fine = seconds == null || (seconds >= 0 && Number.isFinite(seconds));
  return reasonIf(!fine, `Expecting '${field}' to be non-negative`);
}
