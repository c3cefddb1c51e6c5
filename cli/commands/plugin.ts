import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { become } from './daemons.js';

/** When the first word is no command of ours and PATH has a `meseta-WORD`, becomes that. Otherwise returns. */
export function becomePlugin(args: readonly string[], known: ReadonlySet<string>, env: NodeJS.ProcessEnv): void {
  const [word = ''] = args;
  if (known.has(word) || !/^[a-z][a-z0-9-]*$/.test(word)) return;
  const program = findProgram(`meseta-${word}`, env['PATH'] ?? '');
  if (program !== undefined) become(program, args.slice(1), env);
}

/** The first executable of that name in a list of folders as PATH has it. */
export function findProgram(name: string, path: string): string | undefined {
  return path
    .split(':')
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
