import { describe, expect, it } from 'vitest';
import { pick } from './pick.js';

const rows = [
  { id: 'abc-1', host: 'h1' },
  { id: 'abc-2', host: 'h2' },
  { id: 'abc', host: 'h3' },
  { id: 'xyz', host: 'abc-9' },
  { id: 'xyz', host: 'h5' },
];
const of = {
  what: 'agent',
  id: (row: (typeof rows)[number]) => row.id,
  alias: (row: (typeof rows)[number]) => row.host,
};
const find = (name: string) => pick(rows, name, { ...of, listedBy: 'meseta agents' });

describe('pick()', () => {
  it.each([
    ['abc', 'h3'], // an id in full wins over those that begin so
    ['abc-1', 'h1'],
    ['h2', 'h2'],
    ['x', 'abc-9'], // several rows of one id are one: the first counts
  ])('finds %s', (name, host) => {
    expect(find(name).host).toBe(host);
  });

  it.each(['q', '', 'abc-12'])('finds nothing for "%s", and says how to list what there is', (name) => {
    expect(() => find(name)).toThrow(expect.objectContaining({ exitCode: 3, hint: 'meseta agents' }));
  });

  it('names the candidates when several fit', () => {
    expect(() => find('ab')).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining('3 fit: abc-1, abc-2, abc') }),
    );
  });
});
