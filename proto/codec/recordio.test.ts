import { describe, expect, it } from 'vitest';
import { encodeRecord, RecordDecoder } from './recordio.js';
import { WireError } from './wire-error.js';

const bytes = (text: string) => Buffer.from(text);

describe('encodeRecord()', () => {
  it('counts bytes, not characters, and puts length and payload into one buffer', () => {
    expect(encodeRecord('{"a":"é"}').toString()).toBe('10\n{"a":"é"}');
    expect(encodeRecord(Buffer.from([1, 2]))).toEqual(Buffer.from([0x32, 0x0a, 1, 2]));
  });
});

describe('RecordDecoder', () => {
  it('gives several records of one chunk, empty ones too', () => {
    expect(new RecordDecoder().push(bytes('1\na0\n2\nbc')).map(String)).toEqual(['a', '', 'bc']);
  });

  it('gives an empty record as soon as its length is complete', () => {
    const decoder = new RecordDecoder();
    expect([...decoder.push(bytes('0')), ...decoder.push(bytes('\n'))].map(String)).toEqual(['']);
    decoder.end();
  });

  it('puts a record together from single bytes', () => {
    const decoder = new RecordDecoder();
    const text = '3000\n'.concat('x'.repeat(3000));
    const records = [...text].flatMap((byte) => decoder.push(bytes(byte)));
    expect(records.map(String)).toEqual(['x'.repeat(3000)]);
  });

  it.each([
    ['-1\n', 'SYNTAX'],
    ['+1\n', 'SYNTAX'],
    ['x', 'SYNTAX'],
    ['\n', 'SYNTAX'],
    ['1\r\n', 'SYNTAX'],
    ['5{"a"', 'SYNTAX'],
    ['1001', 'LIMIT'],
    ['9223372036854775808', 'LIMIT'],
    ['99999999999999999999', 'LIMIT'],
    ['0'.repeat(20), 'LIMIT'],
  ])('refuses the length %j at once', (text, code) => {
    const decoder = new RecordDecoder(1000);
    expect(() => decoder.push(bytes(text))).toThrow(expect.objectContaining({ code }));
    expect(() => decoder.push(bytes('1\na'))).toThrow(WireError); // the first fault is final
  });

  it('reserves nothing for a length alone', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 100 }, () => new RecordDecoder());
    for (const decoder of decoders) decoder.push(bytes('60000000\nx'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  it('refuses a stream that ends within a record', () => {
    for (const text of ['1', '5\nabc']) {
      const decoder = new RecordDecoder();
      decoder.push(bytes(text));
      expect(() => decoder.end()).toThrow('Failed to decode records: the stream ends within a record');
    }
  });
});
