import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBytes, printBytes } from './bytes.js';
import { parseDuration, printDuration } from './duration.js';
import { parseRate } from './rate.js';

describe('parseDuration()', () => {
  it.each([
    ['10secs', 10_000],
    ['500ms', 500],
    ['1.5mins', 90_000],
    ['1weeks', 604_800_000],
    ['2days', 172_800_000],
    ['6hrs', 21_600_000],
    ['0ns', 0],
    ['250us', 0.25],
    ['.5secs', 500],
    [' 1secs ', 1000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '10', '0', 'secs', '10 secs', '-1secs', '10sec', '10s', '1e3secs', '1.2.3secs', '300000weeks', '1SECS'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeNaN();
    },
  );
});

describe('printDuration()', () => {
  it.each([
    [0, '0ns'],
    [10_000, '10secs'],
    [60_000, '1mins'],
    [90_000, '90secs'],
    [200, '200ms'],
    [1500, '1500ms'],
    [600_000, '10mins'],
    [604_800_000, '1weeks'],
    [864_000_000, '10days'],
    [129_600_000, '36hrs'],
    [0.25, '250us'],
    [61_500, '1.025mins'],
  ])('prints %d ms as the original', (ms, text) => {
    expect(printDuration(ms)).toBe(text);
  });

  it('prints what reads as the same, to 15 digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        expect(parseDuration(printDuration(ms))).toBeCloseTo(ms, 2);
      }),
    );
  });
});

describe('parseBytes()', () => {
  it.each([
    ['4KB', 4096],
    ['2GB', 2 * 1024 ** 3],
    ['10MB', 10 * 1024 ** 2],
    ['1TB', 1024 ** 4],
    ['7B', 7],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
    expect(printBytes(bytes)).toBe(text);
  });

  it.each(['', '4', '4kb', '1.5GB', '-1B', '4 KB', '99999999999TB'])('refuses %j', (text) => {
    expect(parseBytes(text)).toBeNaN();
  });

  it('prints what reads as the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => parseBytes(printBytes(bytes)) === bytes),
    );
    expect(printBytes(0)).toBe('0B');
    expect(printBytes(1025)).toBe('1025B');
  });
});

describe('parseRate()', () => {
  it('reads a number per duration', () => {
    expect(parseRate('1/10mins')).toEqual({ permits: 1, perMs: 600_000 });
  });

  it.each(['', '1', '1/10', '0/1mins', '-1/1mins', '1/0secs', '1.5/1mins'])('refuses %j', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});
