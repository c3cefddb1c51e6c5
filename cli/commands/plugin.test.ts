import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findProgram } from './plugin.js';

it('a plug-in is the first executable of its name on the PATH', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meseta-path-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'meseta-foo');
  await writeFile(file, '#!/bin/sh\n');
  expect(findProgram('meseta-foo', `/nowhere::${folder}`)).toBeUndefined();
  await chmod(file, 0o755);
  expect(findProgram('meseta-foo', `/nowhere::${folder}`)).toBe(file);
  expect(findProgram('meseta-bar', folder)).toBeUndefined();
});
