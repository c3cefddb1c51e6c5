import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandUri } from '../../../proto/index.js';
import { needRoot } from '../../../test/support/root.js';
import { createFetch, type FetchRequest } from './fetch.js';
import type { FetchLimits } from './limits.js';
import { nameOf, withoutSecrets } from './source.js';

let root: string;
let sandbox: string;
let server: Server | undefined;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-fetch-')));
  chmodSync(root, 0o755);
  sandbox = join(root, 'sandbox');
  for (const name of ['sandbox', 'in', 'pack']) mkdirSync(join(root, name));
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(root, { recursive: true, force: true });
});

function fetchAll(
  uris: readonly CommandUri[],
  limits: Partial<FetchLimits> = {},
  more: Partial<FetchRequest> = {},
  signal?: AbortSignal,
) {
  const request = { containerId: 'c1', uris, directory: sandbox, ...more };
  return createFetch({ workDir: root, frameworksHome: join(root, 'in'), limits })(
    request,
    signal ?? new AbortController().signal,
  );
}

function source(name: string, content: string | Uint8Array = name): string {
  writeFileSync(join(root, 'in', name), content);
  return join(root, 'in', name);
}

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A tar of hand-made members, good or evil. */
function tarOf(
  ...members: {
    path: string;
    type?: 'File' | 'SymbolicLink' | 'CharacterDevice';
    linkpath?: string;
    mode?: number;
    content?: string;
  }[]
): Buffer {
  const blocks = members.map(({ path, type = 'File', linkpath, mode = 0o644, content = '' }) => {
    const header = new Header({ path, type, mode, size: content.length, ...(linkpath && { linkpath }) });
    header.encode();
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return Buffer.concat([header.block ?? Buffer.alloc(0), body]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const got = (name: string) => readFileSync(join(sandbox, name), 'utf8');
const nothingLeft = () => [readdirSync(sandbox), readdirSync(join(root, 'fetch'))];

describe('createFetch()', () => {
  it('copies local files by path, by file address and relative to the home of frameworks', async () => {
    source('c');
    await fetchAll([{ value: source('a') }, { value: `file://${source('b')}` }, { value: 'c' }]);
    expect(['a', 'b', 'c'].map(got)).toEqual(['a', 'b', 'c']);
  });

  it('makes executable what is asked to be, and does not unpack it', async () => {
    await fetchAll([{ value: source('run.tgz', 'not a tar'), executable: true }]);
    expect(statSync(join(sandbox, 'run.tgz')).mode & 0o777).toBe(0o755);
  });

  it('names the file as told, in folders below the sandbox', async () => {
    await fetchAll([{ value: source('a'), outputFile: 'conf/deep/b' }]);
    expect(got('conf/deep/b')).toBe('a');
  });

  it.each(['../escape', '/etc/escape', 'a/../../escape', '..', '.', 'nul\0'])(
    'refuses the output file %j',
    async (outputFile) => {
      await expect(fetchAll([{ value: source('a'), outputFile }])).rejects.toThrow('does not lead beneath the sandbox');
      expect(nothingLeft()).toEqual([[], []]);
    },
  );

  it.each([
    ['x.tar', 'cf'],
    ['x.tgz', 'czf'],
    ['x.tar.gz', 'czf'],
    ['x.tar.bz2', 'cjf'],
    ['x.tar.xz', 'cJf'],
  ])('unpacks %s and keeps it', async (name, flags) => {
    mkdirSync(join(root, 'pack/bin'));
    writeFileSync(join(root, 'pack/bin/tool'), '#!/bin/sh', { mode: 0o755 });
    symlinkSync('tool', join(root, 'pack/bin/link'));
    execFileSync('tar', [flags, join(root, 'in', name), '-C', join(root, 'pack'), 'bin']);
    await fetchAll([{ value: join(root, 'in', name) }]);
    expect(got('bin/link')).toBe('#!/bin/sh');
    expect(statSync(join(sandbox, 'bin/tool')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(sandbox, name))).toBe(true);
  });

  it('unpacks a zip with its modes', async () => {
    await fetchAll([
      {
        value: source(
          'x.zip',
          zipOf([
            ['bin/tool', 'echo hi', 0o755],
            ['readme', 'read me', 0o644],
          ]),
        ),
      },
    ]);
    expect([got('bin/tool'), got('readme')]).toEqual(['echo hi', 'read me']);
    expect(statSync(join(sandbox, 'bin/tool')).mode & 0o777).toBe(0o755);
  });

  it('leaves an archive packed when told to', async () => {
    await fetchAll([{ value: source('x.tar', tarOf({ path: 'member' })), extract: false }]);
    expect(readdirSync(sandbox)).toEqual(['x.tar']);
  });

  it('drops set-user bits', async () => {
    await fetchAll([{ value: source('x.tar', tarOf({ path: 'evil', mode: 0o6755 })) }]);
    expect(statSync(join(sandbox, 'evil')).mode & 0o7777).toBe(0o755);
  });

  it.each([
    ['a parent path', tarOf({ path: '../escape', content: 'x' })],
    [
      'a write through its own link',
      tarOf({ path: 'out', type: 'SymbolicLink', linkpath: '/tmp' }, { path: 'out/meseta-escape', content: 'x' }),
    ],
    ['a device', tarOf({ path: 'null', type: 'CharacterDevice' })],
  ])('lets no tar escape by %s', async (_, archive) => {
    const outcome = await fetchAll([{ value: source('x.tar', archive) }]).catch((error: Error) => error);
    expect(
      existsSync(join(root, 'escape')) || existsSync('/tmp/meseta-escape') || existsSync(join(root, 'fetch/escape')),
    ).toBe(false);
    expect(outcome).toBeInstanceOf(Error);
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('puts what an absolute member names beneath the sandbox', async () => {
    await fetchAll([{ value: source('x.tar', tarOf({ path: '/etc/meseta-escape', content: 'x' })) }]);
    expect(existsSync('/etc/meseta-escape')).toBe(false);
    expect(got('etc/meseta-escape')).toBe('x');
  });

  it('lets no zip escape by name or link', async () => {
    for (const archive of [zipOf([['../escape', 'x', 0o644]]), zipOf([['out', '/tmp', 0o120777]])]) {
      await expect(fetchAll([{ value: source('x.zip', archive) }])).rejects.toThrow('Failed to fetch');
      expect(nothingLeft()).toEqual([[], []]);
    }
  });

  it('does not write through a link that an archive brought before', async () => {
    const archive = tarOf({ path: 'out', type: 'SymbolicLink', linkpath: '..' });
    const uris = [{ value: source('x.tar', archive) }, { value: source('a'), outputFile: 'out/escape' }];
    await expect(fetchAll(uris)).rejects.toThrow();
    expect(existsSync(join(root, 'fetch/escape'))).toBe(false);
  });

  it.each([
    ['bytes', { maxBytes: 1000 }, 'more than 1000 bytes'],
    ['files', { maxEntries: 3 }, 'more than 3 files'],
    ['ratio', { maxRatio: 5, freeBytes: 100 }, 'more than 5 times its size'],
  ])('stops an archive beyond its %s', async (_, limits, message) => {
    const members = Array.from({ length: 20 }, (_none, index) => ({ path: `f${index}`, content: 'x'.repeat(2000) }));
    await expect(fetchAll([{ value: source('x.tgz', gzipSync(tarOf(...members))) }], limits)).rejects.toThrow(message);
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('fails on what is no archive though its name says so', async () => {
    for (const name of ['x.tgz', 'x.zip', 'x.tar.xz', 'x.tar.bz2']) {
      await expect(fetchAll([{ value: source(name, 'garbage') }])).rejects.toThrow(
        `Failed to fetch '${join(root, 'in', name)}'`,
      );
    }
  });

  it('fetches over http, through redirects, with the query left out of the name', async () => {
    const address = await serve((request, response) => {
      if (request.url === '/old?x=1') response.writeHead(302, { location: '/new' }).end();
      else response.end('content');
    });
    await fetchAll([{ value: `${address}/old?x=1` }]);
    expect(got('old')).toBe('content');
  });

  it.each([
    ['is missing', 404, {}, 'server answered 404, 200 is wanted'],
    ['redirects for ever', 302, { location: '/again' }, 'redirected more than 10 times'],
    ['redirects to a file', 302, { location: 'file:///etc/passwd' }, "redirected to scheme 'file:'"],
    ['redirects to the metadata of a cloud', 302, { location: 'http://169.254.169.254/' }, 'is link-local'],
  ])('says so when a page %s', async (_, status, headers, message) => {
    const address = await serve((_request, response) => response.writeHead(status, headers).end());
    await expect(fetchAll([{ value: `${address}/page` }])).rejects.toThrow(message);
  });

  it('gives up on a server that stalls, and keeps nothing', async () => {
    const address = await serve((_request, response) => response.write('begin'));
    await expect(fetchAll([{ value: `${address}/slow` }], { stallTimeoutMs: 50 })).rejects.toThrow(
      'nothing came for 50 ms',
    );
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('fails on a body that is cut short', async () => {
    const address = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('begin', () => response.destroy());
    });
    await expect(fetchAll([{ value: `${address}/cut` }])).rejects.toThrow('Failed to fetch');
  });

  it('can be stopped', async () => {
    const stop = new AbortController();
    const address = await serve((_request, response) => response.write('begin', () => stop.abort()));
    await expect(fetchAll([{ value: `${address}/endless` }], {}, {}, stop.signal)).rejects.toThrow();
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('keeps nothing of the first URI when the second fails', async () => {
    await expect(fetchAll([{ value: source('a') }, { value: '/no/such/file' }])).rejects.toThrow(
      "Failed to fetch '/no/such/file'",
    );
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('gives files to the user, and no file that the user may not read', async () => {
    needRoot();
    const owner = { uid: 65_534, gid: 65_534 };
    chmodSync(join(root, 'in'), 0o755);
    await fetchAll([{ value: source('open') }], {}, { owner });
    expect(statSync(join(sandbox, 'open'))).toMatchObject(owner);
    chmodSync(source('secret'), 0o600);
    await expect(fetchAll([{ value: join(root, 'in/secret') }], {}, { owner })).rejects.toThrow(
      'permission denied for user 65534',
    );
  });

  it('takes from the cache what asks for it, and of an archive only its content', async () => {
    let asked = 0;
    const address = await serve((_request, response) => {
      asked++;
      response.end(gzipSync(tarOf({ path: 'member', content: 'x' })));
    });
    const cached = { directory: join(root, 'cache'), maxBytes: 10_000 };
    const fetch = createFetch({ workDir: root, cache: cached });
    const uris = [{ value: `${address}/x.tgz`, cache: true }];
    for (const name of ['one', 'two']) {
      mkdirSync(join(root, name));
      const request = { containerId: name, uris, directory: join(root, name) };
      await fetch(request, new AbortController().signal);
      expect(readdirSync(join(root, name))).toEqual(['member']);
    }
    expect(asked).toBe(1);
    const plain = { containerId: 'c', uris: [{ value: `${address}/x.tgz`, extract: false }], directory: sandbox };
    await fetch(plain, new AbortController().signal);
    expect([asked, readdirSync(sandbox)]).toEqual([2, ['x.tgz']]);
  });

  it('gives files from the cache the modes that others have', async () => {
    const fetch = createFetch({ workDir: root, cache: { directory: join(root, 'cache'), maxBytes: 10_000 } });
    const uris = [
      { value: source('tool'), cache: true, executable: true },
      { value: source('text'), cache: true },
    ];
    await fetch({ containerId: 'c', uris, directory: sandbox }, new AbortController().signal);
    expect(['tool', 'text'].map((name) => statSync(join(sandbox, name)).mode & 0o777)).toEqual([0o755, 0o644]);
  });

  it.each(['ftp://host/x', 'hdfs://host/x', 'javascript:x'])(
    'says which schemes it knows when given %s',
    async (value) => {
      await expect(fetchAll([{ value }])).rejects.toThrow(/is wanted|no such file/i);
    },
  );
});

describe('nameOf()', () => {
  it.each([
    ['/a/b.tgz', 'b.tgz'],
    ['http://host/a/b.tgz?token=1/2#x', 'b.tgz'],
    ['http://host/a/', 'a'],
    ['http://host', ''],
    ['b', 'b'],
  ])('takes of %s what stands last: %j', (uri, name) => expect(nameOf(uri)).toBe(name));
});

describe('withoutSecrets()', () => {
  it('hides credentials and query', () => {
    expect(withoutSecrets('https://me:secret@host/x?token=secret')).toBe('https://host/x?...');
  });
});

/** A zip with stored members, made by hand because its tools refuse to make evil ones. */
function zipOf(members: readonly (readonly [name: string, content: string, mode: number])[]): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content, mode] of members) {
    const sizes = Buffer.alloc(16); // method 0, no date
    sizes.writeUInt32LE(crc32(content), 4);
    sizes.writeUInt32LE(content.length, 8);
    sizes.writeUInt32LE(content.length, 12);
    const common = Buffer.concat([
      Buffer.from([20, 0, 0, 0, 0, 0, 0, 0]),
      sizes.subarray(2),
      uint16(name.length),
      uint16(0),
    ]);
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name + content)]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, Buffer.from(name)]));
    bodies.push(body);
    offset += body.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, directory, end]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}
