import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/runtime/logger.js';
import { rotateOutputs } from './rotation.js';

let sandbox: string;

beforeEach(() => {
  sandbox = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-rotation-')));
});

afterEach(() => rmSync(sandbox, { recursive: true, force: true }));

const LIMITS = { maxBytes: { stdout: 10, stderr: 10 }, keep: 3 };
const rotate = () => rotateOutputs([sandbox], LIMITS, silentLogger);
const read = (name: string) => readFileSync(join(sandbox, name), 'utf8');

describe('rotateOutputs()', () => {
  it('leaves a file alone that is not larger than its limit', async () => {
    writeFileSync(join(sandbox, 'stdout'), '0123456789');
    await rotate();
    expect(readdirSync(sandbox)).toEqual(['stdout']);
  });

  it('holds each stream to a limit of its own', async () => {
    for (const name of ['stdout', 'stderr']) writeFileSync(join(sandbox, name), 'of 20 bytes, exactly');
    await rotateOutputs([sandbox], { maxBytes: { stdout: 100, stderr: 10 }, keep: 1 }, silentLogger);
    expect(readdirSync(sandbox).sort()).toEqual(['stderr', 'stderr.1', 'stdout']);
  });

  it('keeps the writer writing into the same file, which is empty again', async () => {
    const file = openSync(join(sandbox, 'stdout'), 'a');
    writeSync(file, 'before the rotation');
    await rotate();
    writeSync(file, 'after');
    closeSync(file);
    expect(read('stdout')).toBe('after');
    expect(read('stdout.1')).toBe('before the rotation');
  });

  it('keeps the newest three, newest first', async () => {
    for (const round of ['first', 'second', 'third', 'fourth']) {
      appendFileSync(join(sandbox, 'stderr'), `${round} round`);
      await rotate();
    }
    expect(readdirSync(sandbox).sort()).toEqual(['stderr', 'stderr.1', 'stderr.2', 'stderr.3']);
    expect(['stderr.1', 'stderr.2', 'stderr.3'].map(read)).toEqual(['fourth round', 'third round', 'second round']);
  });

  it('neither empties nor overwrites what a link in the sandbox leads to', async () => {
    const outside = `${sandbox}.outside`;
    writeFileSync(outside, 'precious and long enough');
    try {
      symlinkSync(outside, join(sandbox, 'stdout'));
      symlinkSync(outside, join(sandbox, 'stderr.1'));
      writeFileSync(join(sandbox, 'stderr'), 'long enough to rotate');
      await rotate();
      expect(readFileSync(outside, 'utf8')).toBe('precious and long enough');
      expect(statSync(join(sandbox, 'stderr.1')).size).toBe(21);
    } finally {
      rmSync(outside);
    }
  });

  it('goes on when a sandbox is gone', async () => {
    writeFileSync(join(sandbox, 'stdout'), 'long enough to rotate');
    await rotateOutputs(['/no/such/sandbox', sandbox], LIMITS, silentLogger);
    expect(read('stdout')).toBe('');
  });
});
