import { describe, expect, it } from 'vitest';
import { chooseMaster, parseAddress } from './address.js';

describe('the address of the master', () => {
  it('comes from the option, then the variable, then the local cluster, then the default, and says which', () => {
    const env = { MESETA_ADDR: 'b:2' };
    expect(chooseMaster('a:1', env, 'c:3')).toEqual({ address: 'a:1', origin: '--master' });
    expect(chooseMaster(undefined, env, 'c:3')).toEqual({ address: 'b:2', origin: 'MESETA_ADDR' });
    expect(chooseMaster(undefined, {}, 'c:3')).toEqual({ address: 'c:3', origin: 'the local cluster' });
    expect(chooseMaster(undefined, { MESETA_ADDR: '' }, undefined).origin).toBe('the default');
  });

  it.each([
    ['host', 'host:5050'],
    ['host:1', 'host:1'],
    ['http://host:6060/', 'host:6060'],
    ['10.0.0.1:5050', '10.0.0.1:5050'],
    ['[::1]:7', '[::1]:7'],
  ])('may be written %s', (text, address) => {
    expect(parseAddress(text, '--master')).toBe(address);
  });

  it.each([
    '',
    ':5050',
    'host:',
    'host:0',
    'host:65536',
    'host:x',
    'a b',
    'https://host',
    'zk://a:2181/m',
    'a,b',
    '::1',
  ])('must not be written "%s"', (text) => {
    expect(() => parseAddress(text, 'MESETA_ADDR')).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(`Cannot use MESETA_ADDR "${text}"`) }),
    );
  });
});
