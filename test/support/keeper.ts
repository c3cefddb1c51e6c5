/**
 * Cleans up after a cluster of real processes, however the test that started it ends: once its standard input closes, it
 * kills every process that names the cluster's folder and deletes the folder. A process of its own, because a test that
 * is killed cleans up nothing.
 *
 * Standard input, a line each: the folder, which stands in no argument so that the keeper is not its own prey; `keep` when
 * the folder is to stay.
 */
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { killProcessesOf } from './processes.js';

const lines: string[] = [];
for await (const line of createInterface({ input: process.stdin })) lines.push(line);
const [folder] = lines;
if (folder !== undefined) {
  await killProcessesOf(folder);
  if (!lines.includes('keep')) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
