import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/runtime/random.js';
import { Daemon } from '../support/daemon.js';
import { RealCluster } from '../support/real-cluster.js';
import { until } from '../support/until.js';
import { checkHistory } from './check-history.js';

const AGENT_KILLS = 50;
const SCHEDULER_KILLS = 20;
const MASTER_KILLS = 20;
/** Tasks alive at any time. */
const ALIVE = 16;

/** Kills a daemon `times`, each a random while after it was started again. */
async function killAgain(
  daemons: readonly Daemon[],
  times: number,
  pauseMs: readonly [least: number, most: number],
  seed: number,
) {
  const random = seededRandom(seed);
  let kills = 0;
  while (kills < times) {
    await sleep(pauseMs[0] + random.next() * (pauseMs[1] - pauseMs[0]));
    const victim = daemons[Math.floor(random.next() * daemons.length)];
    if (victim === undefined) continue;
    await victim.kill();
    kills += 1;
    await sleep(random.next() * 300);
    victim.start();
  }
  return kills;
}

describe('a cluster whose daemons are killed again and again', () => {
  it('loses no task, runs none twice and reports every exit code truthfully', async () => {
    await using cluster = await RealCluster.start({
      agents: 3,
      resources: 'cpus:2;mem:2048;disk:1024;ports:[31000-32000]',
    });
    const witness = join(cluster.folder, 'witness');
    const history = join(cluster.folder, 'history.jsonl');
    const stopFile = join(cluster.folder, 'stop');
    await mkdir(witness);
    const scheduler = new Daemon(
      'scheduler',
      [
        '--import',
        resolve('scripts/ts-hooks.mjs'),
        resolve('test/chaos/churn.ts'),
        cluster.masterAddress,
        join(cluster.folder, 'churn.sqlite'),
        history,
        witness,
        String(ALIVE),
        stopFile,
      ],
      join(cluster.folder, 'scheduler.log'),
    ).start();
    try {
      const seed = Number(process.env['MESETA_SEED'] ?? Date.now() % 1_000_000);
      console.log(`kills with MESETA_SEED=${seed}`);
      const kills = await Promise.all([
        killAgain(cluster.agents, AGENT_KILLS, [400, 2_400], seed),
        killAgain([scheduler], SCHEDULER_KILLS, [1_000, 5_000], seed + 1),
        killAgain([cluster.master], MASTER_KILLS, [1_500, 6_000], seed + 2),
      ]);
      expect(kills).toEqual([AGENT_KILLS, SCHEDULER_KILLS, MASTER_KILLS]);
      await writeFile(stopFile, '');
      await until(
        'every task to have ended',
        async () => lastLine(await readFile(history, 'utf8')).includes('"settled":true'),
        180_000,
      );
    } finally {
      await scheduler.stop('SIGKILL');
    }
    const verdict = await checkHistory(history, witness);
    console.log(`launched ${verdict.launched}, ran ${verdict.finished}, lost on the way ${verdict.neverStarted}`);
    expect(verdict.problems).toEqual([]);
    expect(verdict.finished).toBeGreaterThan(10 * ALIVE);
  });
});

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';
