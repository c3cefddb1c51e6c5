import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What keeps the spawner small: a heap of a few MiB, no helper threads (they save half of what is not shared with
 * other Node processes), and two threads for the disk.
 */
const NODE_FLAGS = ['--single-threaded', '--max-old-space-size=64', '--max-semi-space-size=1', '--no-warnings'];
/** Threads of the spawner for its disk work, as UV_THREADPOOL_SIZE takes it. */
export const SPAWNER_THREADS = '2';

/** In a source tree Node itself strips the types, and has to be told (by `--import`) that `x.js` is written `x.ts`. */
export const SOURCE_HOOK = `data:text/javascript,${encodeURIComponent(
  "import { registerHooks } from 'node:module';" +
    'registerHooks({ resolve: (specifier, context, next) => {' +
    "try { return next(specifier, context); } catch { return next(specifier.replace(/\\.js$/, '.ts'), context); } } });",
)}`;

/** Arguments for Node that run the spawner of `folder`, built or from source; by default the one beside this file. */
export function spawnerArguments(folder = import.meta.url): string[] {
  const built = fileURLToPath(new URL('main.js', folder));
  if (existsSync(built)) return [...NODE_FLAGS, built];
  return [...NODE_FLAGS, '--import', SOURCE_HOOK, fileURLToPath(new URL('main.ts', folder))];
}
