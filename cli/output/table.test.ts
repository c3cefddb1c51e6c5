import { describe, expect, it } from 'vitest';
import { createStyle } from './style.js';
import { type Column, formatTable } from './table.js';

const style = createStyle(false);
const columns: ReadonlyArray<Column<{ id: string; text: string }>> = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'ATTRIBUTES', of: ({ text }) => text },
];
const rows = [{ id: 'abcdefgh', text: 'a rather long text' }];

describe('formatTable()', () => {
  it('cuts nothing in a pipe', () => {
    expect(formatTable(rows, columns, style)).toBe('ID        ATTRIBUTES\nabcdefgh  a rather long text');
  });

  it('shortens the last column, its title too, so that no line wraps', () => {
    expect(formatTable(rows, columns, style, 17)).toBe('ID        ATTRIB…\nabcdefgh  a rath…');
  });

  it.each([15, 8, 0])('leaves the last column out when %d columns have no room for it', (width) => {
    expect(formatTable(rows, columns, style, width)).toBe('ID\nabcdefgh');
  });

  it('keeps an only column', () => {
    expect(formatTable(rows, columns.slice(0, 1), style, 20)).toBe('ID\nabcdefgh');
  });
});
