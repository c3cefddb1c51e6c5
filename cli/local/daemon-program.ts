import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that is built: every daemon's script stands below it. */
export const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What Node is told before a daemon's script: its embedded SQLite warns that it is experimental. */
export const DAEMON_NODE_OPTIONS = ['--disable-warning=ExperimentalWarning'] as const;
