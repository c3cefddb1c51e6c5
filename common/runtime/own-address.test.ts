import { expect, it } from 'vitest';
import { ownAddress } from './own-address.js';

const NONE = { ip: undefined, advertiseIp: undefined, hostname: undefined, hostnameLookup: false };

it('listens on the address given and tells it to others, as its digits without look-up', async () => {
  expect(await ownAddress({ ...NONE, ip: '127.0.0.7' })).toEqual({
    listenIp: '127.0.0.7',
    ip: '127.0.0.7',
    hostname: '127.0.0.7',
  });
});

it('tells others what it is told to', async () => {
  expect(await ownAddress({ ...NONE, ip: '127.0.0.1', advertiseIp: '10.1.2.3', hostname: 'web1' })).toEqual({
    listenIp: '127.0.0.1',
    ip: '10.1.2.3',
    hostname: 'web1',
  });
});

it('finds an address and a name where none is given', async () => {
  const { listenIp, ip, hostname } = await ownAddress({ ...NONE, hostnameLookup: true });
  expect(listenIp).toBe('0.0.0.0');
  expect(ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(hostname).not.toBe('');
});
