import type { CommandInfo } from '../../proto/index.js';
import { validateEnvironment } from './environment.js';
import { inPart, type Reasons } from './reasons.js';

/** A command of a task, executor or check. `part` names it, as in `Task's`. */
export function validateCommand(part: string, command: CommandInfo | null | undefined): Reasons {
  return inPart(`${part} \`CommandInfo\` is invalid`, validateEnvironment(command?.environment));
}
