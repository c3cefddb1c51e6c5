import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import { scriptedMaster } from '../testing/index.js';
import { masterList } from './master-list.js';
import { SchedulerClient } from './scheduler-client.js';

/** A client that knows masters a, b and c; keeps where it dialled. */
function start() {
  const master = scriptedMaster();
  const dialed: string[] = [];
  const { dialer, ...ports } = master.ports;
  const dial: typeof dialer = {
    dial: (address, receiver) => {
      dialed.push(address);
      return dialer.dial(address, receiver);
    },
  };
  const detector = masterList(['a:5050', 'b:5050', 'c:5050'], master.clock);
  const client = new SchedulerClient({ ...ports, detector, dialer: dial }, { name: 'test', user: 'nobody' }, {});
  client.start();
  return { master, dialed };
}

describe('masterList()', () => {
  it('guesses one master after the other until one answers, and stays with it', () => {
    const { master, dialed } = start();
    for (let failure = 0; failure < 4; failure++) {
      master.expect.subscribe();
      master.disconnect('connection refused');
      while (!master.connected) master.clock.step();
    }
    master.subscribe();
    master.advance(10_000);
    expect(dialed).toEqual(['a:5050', 'b:5050', 'c:5050', 'a:5050', 'b:5050']);
  });

  it('goes where a master that does not lead points', () => {
    const { master, dialed } = start();
    master.expect.subscribe();
    master.send.refused('SUBSCRIBE', 307, '//c:5050/api/v1/scheduler');
    master.advance(2_000);
    master.subscribe();
    expect(dialed).toEqual(['a:5050', 'c:5050']);
  });

  it('tells nothing to who has stopped', () => {
    const clock = new VirtualClock();
    const told: unknown[] = [];
    const list = masterList(['a:5050'], clock);
    list.watch((leader) => told.push(leader)).stop();
    list.lost?.('a:5050');
    clock.advance(1);
    expect(told).toEqual([]);
  });
});
