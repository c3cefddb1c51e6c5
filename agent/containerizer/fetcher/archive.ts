import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Duplex, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CodedError } from '../../../common/runtime/errors.js';
import type { Allowance } from './limits.js';
import type { Staging } from './staging.js';
import { tarWriter } from './tar.js';
import { unzip } from './zip.js';

type Compression = 'none' | 'gzip' | 'bzip2' | 'xz';
type Archive = { readonly kind: 'tar' | 'file'; readonly compression: Compression } | { readonly kind: 'zip' };

/** What the original unpacks, by the end of the name. */
const ARCHIVES: readonly (readonly [RegExp, Archive])[] = [
  [/\.tar$/, { kind: 'tar', compression: 'none' }],
  [/\.(tgz|tar\.gz)$/, { kind: 'tar', compression: 'gzip' }],
  [/\.(tbz2|tar\.bz2)$/, { kind: 'tar', compression: 'bzip2' }],
  [/\.(txz|tar\.xz)$/, { kind: 'tar', compression: 'xz' }],
  [/\.gz$/, { kind: 'file', compression: 'gzip' }],
  [/\.zip$/, { kind: 'zip' }],
];

/** Unpacks the file `name` of the staging folder beside it, if its name says that it is an archive; tells whether. */
export async function unpack(
  name: string,
  staging: Staging,
  allowance: Allowance,
  signal: AbortSignal,
): Promise<boolean> {
  const archive = ARCHIVES.find(([ending]) => ending.test(name))?.[1];
  if (archive === undefined) return false;
  const path = staging.resolve(name);
  if (archive.kind === 'zip') {
    await unzip(path, staging, allowance, signal);
    return true;
  }
  const target =
    archive.kind === 'tar'
      ? tarWriter(staging, allowance)
      : (await staging.createFile(name.replace(/\.gz$/, ''))).createWriteStream();
  const counter = allowance.unpackCounter((await stat(path)).size);
  await pipeline(createReadStream(path), decompressor(archive.compression), counter, target, { signal });
  return true;
}

function decompressor(compression: Compression): Duplex {
  switch (compression) {
    case 'none':
      return new PassThrough();
    case 'gzip':
      return createGunzip();
    case 'bzip2':
    case 'xz':
      return filterThrough(compression);
  }
}

/** A program that decompresses its standard input, as a stream that fails when the program does. */
function filterThrough(program: string): Duplex {
  const child = spawn(program, ['-dc'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', () =>
      reject(new CodedError('NOT_FOUND', `program '${program}' is not installed on this agent`)),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new CodedError('CORRUPT', `program '${program}' could not decompress it`));
    });
  });
  ended.catch(() => {}); // heard below
  child.stdin.on('error', () => {}); // it ended early; `close` tells how
  const output = async function* () {
    yield* child.stdout;
    await ended;
  };
  const stream = Duplex.from({ writable: child.stdin, readable: output() });
  stream.once('close', () => child.kill('SIGKILL'));
  return stream;
}
