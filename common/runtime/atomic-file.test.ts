import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFileAtomically } from './atomic-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('replaces a file and leaves nothing beside it', async () => {
  const path = join(folder, 'x');
  await writeFileAtomically(path, 'old');
  await writeFileAtomically(path, Buffer.from('new'), 0o640);
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await readdir(folder)).toEqual(['x']);
});

it('lets one of several writers at a time win, with all of its content', async () => {
  const path = join(folder, 'y');
  const contents = ['a', 'b', 'c'].map((letter) => letter.repeat(100_000));
  await Promise.all(contents.map((content) => writeFileAtomically(path, content)));
  expect(contents).toContain(await readFile(path, 'utf8'));
});

it('keeps the old file and cleans up when it cannot write', async () => {
  await expect(writeFileAtomically(join(folder, 'none', 'z'), 'x')).rejects.toThrow('ENOENT');
  await expect(writeFileAtomically(folder, 'x')).rejects.toThrow();
  expect(
    (await readdir(tmpdir())).filter((name) => join(tmpdir(), name).startsWith(folder) && name.endsWith('.tmp')),
  ).toEqual([]);
});
