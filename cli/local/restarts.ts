import { readFile } from 'node:fs/promises';

/** Restarts in a row after which a daemon is taken for one that cannot start. */
const HOPELESS_AFTER = 3;

/** Daemons that the supervisor has restarted several times since `sinceIso`, from its log. */
export async function daemonsThatFail(logFile: string, sinceIso: string): Promise<string[]> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (entry === undefined || entry.time < sinceIso) continue;
    counts.set(entry.daemon, (counts.get(entry.daemon) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count >= HOPELESS_AFTER).map(([daemon]) => daemon);
}

function parseLine(line: string): { time: string; daemon: string } | undefined {
  try {
    const { time, daemon, code } = JSON.parse(line);
    return typeof time === 'string' && typeof daemon === 'string' && code !== undefined ? { time, daemon } : undefined;
  } catch {
    return undefined;
  }
}
