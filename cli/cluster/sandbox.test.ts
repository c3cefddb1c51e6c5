import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.js';
import { FileTail, offsetOfLastLines, type ReadPiece, sandboxPath } from './sandbox.js';

const PIECE_BYTES = 64 * 1024;

/** Files as an agent serves them. */
class Files {
  readonly content = new Map<string, string>();

  readonly read: ReadPiece = async (file, offset) => {
    const text = this.content.get(file);
    if (text === undefined) return undefined;
    const bytes = Buffer.from(text);
    return { data: bytes.subarray(offset, offset + PIECE_BYTES), size: bytes.length };
  };

  append(file: string, text: string): void {
    this.content.set(file, (this.content.get(file) ?? '') + text);
  }

  /** As an agent does it: copies, then empties. */
  rotate(file: string): void {
    this.content.set(`${file}.1`, this.content.get(file) ?? '');
    this.content.set(file, '');
  }
}

async function all(tail: FileTail): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (let piece = await tail.next(); piece.length > 0; piece = await tail.next()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('FileTail', () => {
  it('gives what is new, and nothing while there is no file', async () => {
    const files = new Files();
    const tail = new FileTail(files.read, 'stdout');
    expect(await all(tail)).toBe('');
    files.append('stdout', 'one\n');
    expect(await all(tail)).toBe('one\n');
    expect(await all(tail)).toBe('');
    files.append('stdout', 'two\n');
    expect(await all(tail)).toBe('two\n');
  });

  it('reads on after a rotation without losing what came just before it', async () => {
    const files = new Files();
    const tail = new FileTail(files.read, 'stdout');
    files.append('stdout', 'one\n');
    expect(await all(tail)).toBe('one\n');
    files.append('stdout', 'two\n');
    files.rotate('stdout');
    files.append('stdout', 'x\n');
    expect(await all(tail)).toBe('two\nx\n');
    files.append('stdout', 'y\n');
    expect(await all(tail)).toBe('y\n');
  });

  it('says that the agent is away when a file that was being read is not there', async () => {
    const files = new Files();
    const tail = new FileTail(files.read, 'stdout');
    files.append('stdout', 'one\n');
    expect(await all(tail)).toBe('one\n');
    files.content.clear();
    await expect(all(tail)).rejects.toMatchObject({ exitCode: EXIT.unreachable });
    files.append('stdout', 'one\ntwo\n');
    expect(await all(tail)).toBe('two\n');
  });

  it('starts anew when nothing is kept of what was rotated', async () => {
    const files = new Files();
    const tail = new FileTail(files.read, 'stdout');
    files.append('stdout', 'a long line\n');
    await all(tail);
    files.content.set('stdout', 'new\n');
    expect(await all(tail)).toBe('new\n');
  });

  it('reads large files in pieces', async () => {
    const files = new Files();
    const text = 'x'.repeat(3 * PIECE_BYTES + 5);
    files.append('stdout', text);
    expect(await all(new FileTail(files.read, 'stdout'))).toBe(text);
  });
});

describe('offsetOfLastLines()', () => {
  it.each([
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\nc\n', 3, 'a\nb\nc\n'],
    ['a\nb\nc\n', 9, 'a\nb\nc\n'],
    ['a\nb\nc\n', 0, ''],
    ['a\n\n\n', 2, '\n\n'],
    ['\n', 1, '\n'],
    ['', 3, ''],
    ['no end', 1, 'no end'],
  ])('of %j finds the last %i', async (text, lines, wanted) => {
    const files = new Files();
    files.append('stdout', text);
    expect(text.slice(await offsetOfLastLines(files.read, 'stdout', lines))).toBe(wanted);
  });

  it('is where tail would begin, whatever the file holds', async () => {
    const line = fc.oneof(fc.constant(''), fc.constant('x'.repeat(40_000)), fc.string({ unit: 'grapheme-ascii' }));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.nat(6), fc.boolean(), async (parts, lines, ended) => {
        const clean = parts.map((part) => part.replaceAll('\n', ''));
        const text = clean.join('\n') + (ended && clean.length > 0 ? '\n' : '');
        const files = new Files();
        files.append('stdout', text);
        const whole = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text === '' ? [] : text.split('\n');
        const wanted = lines === 0 ? '' : whole.slice(-lines).join('\n') + (text.endsWith('\n') ? '\n' : '');
        expect(text.slice(await offsetOfLastLines(files.read, 'stdout', lines))).toBe(wanted);
      }),
      { numRuns: 200 },
    );
  });

  it('of a file that does not exist is its start', async () => {
    expect(await offsetOfLastLines(new Files().read, 'stdout', 5)).toBe(0);
  });
});

describe('sandboxPath()', () => {
  const sandbox = { agentAddress: 'a:1', frameworkId: 'F', executorId: 'e' };
  it('leads to the run of a task, to the latest when it is not known, and into the folder of a group', () => {
    expect(sandboxPath({ ...sandbox, containerId: 'c' }, 'stdout')).toBe('/frameworks/F/executors/e/runs/c/stdout');
    expect(sandboxPath(sandbox, 'stdout')).toBe('/frameworks/F/executors/e/runs/latest/stdout');
    expect(sandboxPath({ ...sandbox, containerId: 'c', groupTaskId: 't' }, 'stdout')).toBe(
      '/frameworks/F/executors/e/runs/c/tasks/t/stdout',
    );
  });
});
