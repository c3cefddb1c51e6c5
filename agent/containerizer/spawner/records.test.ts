import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedExit } from './protocol.js';
import { Records } from './records.js';

let runtimeDir: string;

beforeEach(() => {
  runtimeDir = mkdtempSync(join(tmpdir(), 'meseta-records-'));
});

afterEach(() => rmSync(runtimeDir, { recursive: true, force: true }));

const ended = (records: Records, id: string, exit: RecordedExit) =>
  new Promise<Error | null>((resolve) => records.ended(id, exit, resolve));

const reread = () => new Map(new Records(runtimeDir).readAll().map((record) => [record.id, record]));

describe('Records', () => {
  it('gives back what was written, and nothing of what was forgotten', async () => {
    const records = new Records(runtimeDir);
    records.intend('intended', '/sandbox');
    records.started('running', { pid: 7, startTime: 70 });
    expect(await ended(records, 'over', { kind: 'signaled', signal: 15 })).toBe(null);
    records.intend('gone');
    records.forget('gone');
    expect(reread()).toEqual(
      new Map([
        ['intended', { id: 'intended', directory: '/sandbox' }],
        ['running', { id: 'running', identity: { pid: 7, startTime: 70 } }],
        ['over', { id: 'over', exit: { kind: 'signaled', signal: 15 } }],
      ]),
    );
  });

  it('reads every prefix of a journal as a state that was once true', async () => {
    const records = new Records(runtimeDir);
    records.intend('a');
    records.started('a', { pid: 1, startTime: 2 });
    await ended(records, 'a', { kind: 'exited', code: 3 });
    const path = join(runtimeDir, 'containers');
    const journal = readFileSync(path);
    const truths = [
      undefined,
      { id: 'a' },
      { id: 'a', identity: { pid: 1, startTime: 2 } },
      { id: 'a', identity: { pid: 1, startTime: 2 }, exit: { kind: 'exited', code: 3 } },
    ];
    for (let length = 0; length <= journal.length; length++) {
      writeFileSync(path, journal.subarray(0, length));
      const found = reread().get('a');
      const lines =
        journal
          .subarray(0, length + 1)
          .toString()
          .split('\n').length - 1;
      expect([truths[lines], truths[Math.max(0, lines - 1)]]).toContainEqual(found);
    }
  });

  it('writes on after a line that was cut short', async () => {
    writeFileSync(join(runtimeDir, 'containers'), '{"id":"a"}\n{"id":"b","ex');
    const records = new Records(runtimeDir);
    records.intend('c');
    expect([...reread().keys()]).toEqual(['a', 'c']);
  });

  it('stays small, however many containers come and go', () => {
    const records = new Records(runtimeDir);
    records.intend('stays');
    for (let index = 0; index < 30_000; index++) {
      records.intend(`c${index}`);
      records.forget(`c${index}`);
    }
    expect(readFileSync(join(runtimeDir, 'containers'), 'utf8').split('\n').length).toBeLessThan(11_000);
    expect([...reread().keys()]).toEqual(['stays']);
  });

  it('proves the absence of a record only once an agent has recovered since the boot', () => {
    const records = new Records(runtimeDir);
    expect(records.isOfThisBoot()).toBe(false);
    records.confirmBoot();
    expect(new Records(runtimeDir).isOfThisBoot()).toBe(true);
    writeFileSync(join(runtimeDir, 'boot_id'), 'of-an-earlier-boot');
    expect(records.isOfThisBoot()).toBe(false);
  });
});
