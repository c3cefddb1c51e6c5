import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from './lines.js';
import { LONGEST_LINE } from './protocol.js';

describe('LineReader', () => {
  it('gives the same lines however the bytes arrive', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')));
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const reader = new LineReader();
        const read: string[] = [];
        for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
        expect(read).toEqual(lines);
      }),
    );
  });

  it('refuses a line without end', () => {
    const reader = new LineReader();
    expect(() => reader.push(Buffer.alloc(LONGEST_LINE + 1))).toThrow(RangeError);
  });
});
