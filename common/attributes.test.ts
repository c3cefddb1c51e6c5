import { describe, expect, it } from 'vitest';
import { parseAttributes, printAttributes, summarizeAttributes } from './attributes.js';

describe('parseAttributes()', () => {
  it('tells numbers, ranges, sets and text apart', () => {
    const attributes = parseAttributes('rack:r1;size:3;range:[1-2];zones:{a,b};url:http://x:80');
    expect(printAttributes(attributes)).toBe('rack:r1;size:3;range:[1-2];zones:{a, b};url:http://x:80');
    expect(summarizeAttributes(attributes)).toMatchObject({ rack: 'r1', size: 3, range: '[1-2]' });
  });

  it('reads again what printAttributes() wrote', () => {
    const attributes = parseAttributes('rack:r1;size:3.5;range:[1-2, 4-5];zones:{a,b}');
    expect(parseAttributes(printAttributes(attributes))).toEqual(attributes);
  });

  it('names every problem at once', () => {
    expect(() => parseAttributes('rack;size:[1-x];:a;range:[5-1]')).toThrow(
      [
        'Cannot read attributes:',
        "Bad value for attributes, missing ':' within rack",
        `Attribute 'size' holds "1-x", a range such as 31000-32000 is wanted`,
        'Attribute has an empty name',
        "Attribute 'range' has a range that ends before it begins",
      ].join('\n'),
    );
  });
});
