import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory, makeFlagDirectory } from './make-directory.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meseta-directory-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a directory', () => {
  it('is made with those above it, all with the mode', async () => {
    await makeDirectory(join(folder, 'a', 'b', 'c'), 0o700);
    for (const path of ['a', 'a/b', 'a/b/c']) expect((await stat(join(folder, path))).mode & 0o777).toBe(0o700);
  });

  it('stays as it is when it is there, also behind a link', async () => {
    await makeDirectory(join(folder, 'a'), 0o750);
    await symlink('a', join(folder, 'link'));
    await makeDirectory(join(folder, 'a'), 0o700);
    await makeDirectory(join(folder, 'link'), 0o700);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o750);
  });

  it('is refused where a file system takes none, at once', async () => {
    await expect(makeDirectory('/proc/meseta/b/c', 0o700)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the directory of a flag', () => {
  it.each([
    ['/dev/null/x', 'a part of the path is not a directory'],
    ['/proc/x', 'the file system there takes no new directories'],
    ['file', 'it is not a directory'],
    ['file/x', 'a part of the path is not a directory'],
    ['dangling', 'it is not a directory'],
  ])('%s is refused with the flag, what is and what to do', async (name, obstacle) => {
    await writeFile(join(folder, 'file'), '');
    await symlink('nowhere', join(folder, 'dangling'));
    const path = name.startsWith('/') ? name : join(folder, name);
    const refusal = makeFlagDirectory('work_dir', path, 0o700);
    await expect(refusal).rejects.toMatchObject({ code: 'BAD_FLAGS' });
    await expect(refusal).rejects.toThrow(`Cannot use --work_dir, ${path}: ${obstacle}`);
    await expect(refusal).rejects.toThrow(/; give a directory that exists or can be made with --work_dir=PATH$/);
  });
});
