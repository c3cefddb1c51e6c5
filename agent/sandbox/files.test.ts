import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needRoot } from '../../test/support/root.js';
import { listFiles, MOST_BYTES_A_READ, readSlice } from './files.js';

let root: string;
let sandbox: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-files-')));
  sandbox = join(root, 'sandbox');
  mkdirSync(join(sandbox, 'folder'), { recursive: true });
  writeFileSync(join(sandbox, 'stdout'), '0123456789');
  writeFileSync(join(sandbox, 'folder/inner'), 'inner');
  writeFileSync(join(root, 'secret'), 'secret');
  mkdirSync(join(root, 'sandbox-of-another'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = async (path: string, offset = 0, length?: number) =>
  Buffer.from((await readSlice(sandbox, path, offset, length)).data).toString();

describe('readSlice()', () => {
  it.each([
    [0, undefined, '0123456789'],
    [3, 4, '3456'],
    [8, 100, '89'],
    [10, 5, ''],
    [99, 5, ''],
    [2, -1, '23456789'],
  ])('from %d for %s bytes reads %j', async (offset, length, wanted) => {
    expect(await text('stdout', offset, length)).toBe(wanted);
  });

  it('tells the size only when the offset is -1', async () => {
    expect(await readSlice(sandbox, '/stdout', -1)).toEqual({ data: new Uint8Array(), offset: 10, size: 10 });
  });

  it('reads no more than 64 KiB at once', async () => {
    writeFileSync(join(sandbox, 'large'), Buffer.alloc(MOST_BYTES_A_READ + 1));
    expect((await readSlice(sandbox, 'large', 0, 10 ** 9)).data).toHaveLength(MOST_BYTES_A_READ);
  });

  it('follows a link within the sandbox', async () => {
    symlinkSync('folder/inner', join(sandbox, 'link'));
    expect(await text('link')).toBe('inner');
  });

  it.each([
    '../secret',
    '/../secret',
    'folder/../../secret',
    'absolute',
    'relative',
    'through/secret',
    'proc',
    'sibling',
    'nul\0',
    'missing',
    'folder',
    '',
  ])('finds nothing at %j', async (path) => {
    symlinkSync(join(root, 'secret'), join(sandbox, 'absolute'));
    symlinkSync('../secret', join(sandbox, 'relative'));
    symlinkSync('..', join(sandbox, 'through'));
    symlinkSync('/proc/self/environ', join(sandbox, 'proc'));
    symlinkSync('../sandbox-of-another', join(sandbox, 'sibling'));
    await expect(readSlice(sandbox, path, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('does not wait for the writer of a FIFO, nor opens a device', async () => {
    execFileSync('mkfifo', [join(sandbox, 'fifo')]);
    await expect(readSlice(sandbox, 'fifo', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    symlinkSync('/dev/zero', join(sandbox, 'device'));
    await expect(readSlice(sandbox, 'device', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('does not read a second name of a file that belongs to another', async () => {
    needRoot();
    execFileSync('chown', ['65534', sandbox]);
    linkSync(join(root, 'secret'), join(sandbox, 'hard'));
    await expect(readSlice(sandbox, 'hard', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([-2, 0.5, Number.NaN])('refuses the offset %d by name', async (offset) => {
    await expect(readSlice(sandbox, 'stdout', offset)).rejects.toThrow(`offset is ${offset}`);
  });
});

describe('listFiles()', () => {
  it('lists by name, with what stat tells', async () => {
    const entries = await listFiles(sandbox, '/');
    expect(entries.map(({ path }) => path)).toEqual(['/folder', '/stdout']);
    expect(entries[1]).toMatchObject({ size: 10, nlink: 1, mode: 0o100644, uid: process.getuid?.() });
    expect(entries[1]?.mtime).toBeGreaterThan(1e9);
  });

  it('lists folders below, and links as links', async () => {
    symlinkSync('/etc', join(sandbox, 'folder/link'));
    expect((await listFiles(sandbox, 'folder')).map(({ path }) => path)).toEqual(['folder/inner', 'folder/link']);
  });

  it.each(['..', 'folder/../..', 'stdout', 'missing'])('finds no folder at %j', async (path) => {
    await expect(listFiles(sandbox, path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
