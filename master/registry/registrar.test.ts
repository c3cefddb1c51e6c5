import { describe, expect, it } from 'vitest';
import { agentId, frameworkId } from '../../common/ids.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { MemoryStore } from '../../common/store/memory-store.js';
import type { Store, StoreChange } from '../../common/store/store.js';
import { meseta } from '../../proto/index.js';
import { admitAgent } from './admit-agent.js';
import { forgetAgents } from './forget-agents.js';
import { forgetFrameworks } from './forget-frameworks.js';
import { markGone } from './mark-gone.js';
import { markUnreachable } from './mark-unreachable.js';
import { type Registry, readRegistry } from './read-registry.js';
import { Registrar } from './registrar.js';
import { removeFramework } from './remove-framework.js';
import { saveFramework } from './save-framework.js';
import { saveMaster } from './save-master.js';

const info = { hostname: 'host1' };
const framework = { user: 'root', name: 'test' };

function registry() {
  const clock = new VirtualClock();
  const store = new MemoryStore(clock);
  const registrar = new Registrar({ store, clock, log: silentLogger, timeoutMs: 20_000 }, (error) => {
    throw error;
  });
  const read = () => {
    let outcome: Registry | Error | undefined;
    readRegistry(store, (found) => {
      outcome = found;
    });
    clock.advance(0);
    return outcome as Registry;
  };
  return { clock, store, registrar, read };
}

const portsOn = (store: Store) => ({ store, clock: new VirtualClock(), log: silentLogger, timeoutMs: 20_000 });

describe('Registrar', () => {
  it('calls back in order, and only once an operation is on disk', () => {
    const { clock, registrar, read } = registry();
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) registrar.apply(admitAgent(agentId(name), info, 1), () => done.push(name));
    expect(done).toEqual([]);
    clock.advance(0);
    expect(done).toEqual(['a', 'b', 'c']);
    expect([...read().agents.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('writes all that waited for a write as one batch', () => {
    const batches: number[] = [];
    let finish = () => {};
    const store: Store = {
      read: () => {},
      write: (changes: readonly StoreChange[], done) => {
        batches.push(changes.length);
        finish = () => done();
      },
      close: async () => {},
    };
    const registrar = new Registrar(portsOn(store), () => {});
    for (const name of ['a', 'b', 'c']) registrar.apply(admitAgent(agentId(name), info, 1));
    finish();
    finish();
    expect(batches).toEqual([1, 2]);
  });

  it('says once that a write failed and applies nothing after', () => {
    let writes = 0;
    const store: Store = {
      read: () => {},
      write: (_changes, done) => {
        writes++;
        done(new Error('disk full'));
      },
      close: async () => {},
    };
    const failures: string[] = [];
    const registrar = new Registrar(portsOn(store), ({ message }) => failures.push(message));
    const never = () => expect.unreachable();
    registrar.apply(saveMaster('m1'), never);
    registrar.apply(saveMaster('m1'), never);
    expect([writes, failures]).toEqual([1, ['disk full']]);
  });

  it('gives up a write that hangs, and heeds no late answer', () => {
    const clock = new VirtualClock();
    let answer = () => {};
    const store: Store = {
      read: () => {},
      write: (_changes, done) => {
        answer = done;
      },
      close: async () => {},
    };
    const failures: string[] = [];
    const ports = { ...portsOn(store), clock, timeoutMs: 20_000 };
    const registrar = new Registrar(ports, ({ message }) => failures.push(message));
    registrar.apply(saveMaster('m1'), () => expect.unreachable());
    clock.advance(19_999);
    expect(failures).toEqual([]);
    clock.advance(1);
    answer();
    expect(failures).toEqual([expect.stringContaining('has not answered for 20000 ms (--registry_store_timeout)')]);
  });

  it('tells when everything applied before is on disk', () => {
    const { clock, registrar } = registry();
    const done: string[] = [];
    registrar.apply(saveMaster('m1'), () => done.push('saved'));
    registrar.afterAll(() => done.push('all'));
    clock.advance(0);
    expect(done).toEqual(['saved', 'all']);
  });

  it('holds the standing of agents and frameworks', () => {
    const { registrar, clock, read } = registry();
    const { ADMITTED, GONE, UNREACHABLE } = meseta.v1.AgentStanding;
    for (const name of ['back', 'lost', 'gone', 'left']) registrar.apply(admitAgent(agentId(name), info, 1));
    registrar.apply(markUnreachable(agentId('back'), info, 2));
    registrar.apply(admitAgent(agentId('back'), info, 3));
    registrar.apply(markUnreachable(agentId('lost'), info, 4));
    registrar.apply(markGone(agentId('gone'), info, 5));
    registrar.apply(forgetAgents([agentId('left')]));
    registrar.apply(saveFramework(frameworkId('f1'), framework, 99));
    registrar.apply(saveFramework(frameworkId('f2'), framework, undefined));
    registrar.apply(removeFramework(frameworkId('f3'), framework));
    registrar.apply(forgetFrameworks([frameworkId('f2')]));
    clock.advance(0);
    const { agents, frameworks } = read();
    const standings = [...agents].map(([id, { standing, sinceMs }]) => [id, standing, sinceMs]);
    expect(standings).toEqual([
      ['back', ADMITTED, 3],
      ['gone', GONE, 5],
      ['lost', UNREACHABLE, 4],
    ]);
    expect([...frameworks.keys()]).toEqual(['f1', 'f3']);
    expect(frameworks.get(frameworkId('f1'))?.failoverDeadlineMs).toBe(99);
    expect(frameworks.get(frameworkId('f3'))?.removed).toBe(true);
  });
});

describe('readRegistry()', () => {
  it.each([
    [
      'a damaged record',
      { key: 'agent/a', value: new Uint8Array([255, 255]) },
      /^Cannot read registry: agent\/a is damaged/,
    ],
    [
      'a newer format',
      { key: 'master', value: meseta.v1.MasterRecord.encode({ format: 2, masterId: 'm' }).finish() },
      /its format is 2, this release reads up to 1/,
    ],
  ])('refuses %s', (_name, { key, value }, message) => {
    const { store, clock, read } = registry();
    store.write([{ op: 'put', key, value }], () => {});
    clock.advance(0);
    expect(String((read() as unknown as Error).message)).toMatch(message);
  });
});
