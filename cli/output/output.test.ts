import { describe, expect, it } from 'vitest';
import { CommandFailure } from '../failure.js';
import { type Followed, follow } from './follow.js';
import { LinePrefixer } from './line-prefixer.js';
import { formatDocument, formatListing, type Listing, OUTPUT_FORMATS, parseOutputFormat } from './printer.js';
import { select } from './select.js';
import { createStyle, printable, printableLines, wantsColor } from './style.js';

interface Machine {
  readonly id: string;
  readonly state: string;
  readonly used: string;
  readonly note: string;
}

const LISTING: Listing<Machine> = {
  name: ({ id }) => id,
  data: ({ id, state }) => ({ id, state }),
  empty: 'No machines.',
  columns: [
    { title: 'ID', of: ({ id }) => id },
    { title: 'STATE', of: ({ state }) => state, paint: (cell, _row, style) => style.green(cell) },
    { title: 'USED', align: 'right', of: ({ used }) => used },
    { title: 'NOTE', of: ({ note }) => note },
  ],
  wide: [{ title: 'EXTRA', of: () => 'x' }],
};
const ROWS: readonly Machine[] = [
  { id: 'm1', state: 'RUNNING', used: '10/20', note: 'a long note that does not fit into a narrow terminal at all' },
  { id: 'm2', state: 'FAILED', used: '9/20', note: 'disk full' },
];
const plain = createStyle(false);
const pipe = { out: { isTerminal: false, columns: undefined }, style: plain };
const narrow = { out: { isTerminal: true, columns: 40 }, style: plain };

describe('a list', () => {
  it('is aligned columns to people, numbers to the right', () => {
    expect(formatListing(ROWS, LISTING, 'table', pipe).split('\n')).toEqual([
      'ID  STATE     USED  NOTE',
      'm1  RUNNING  10/20  a long note that does not fit into a narrow terminal at all',
      'm2  FAILED    9/20  disk full',
      '',
    ]);
  });

  it('is cut to the terminal, and never when piped', () => {
    const lines = formatListing(ROWS, LISTING, 'table', narrow).split('\n');
    expect(lines[1]).toBe('m1  RUNNING  10/20  a long note that do…');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('has further columns when wide', () => {
    expect(formatListing(ROWS, LISTING, 'wide', pipe)).toContain('EXTRA');
  });

  it.each([
    [
      'json',
      '[\n  {\n    "id": "m1",\n    "state": "RUNNING"\n  },\n  {\n    "id": "m2",\n    "state": "FAILED"\n  }\n]\n',
    ],
    ['jsonl', '{"id":"m1","state":"RUNNING"}\n{"id":"m2","state":"FAILED"}\n'],
    ['yaml', '- id: m1\n  state: RUNNING\n- id: m2\n  state: FAILED\n'],
    ['name', 'm1\nm2\n'],
  ] as const)('prints as %s', (format, text) => {
    expect(formatListing(ROWS, LISTING, format, pipe)).toBe(text);
  });

  it.each([
    ['table', ''],
    ['json', '[]\n'],
    ['jsonl', ''],
    ['yaml', '[]\n'],
    ['name', ''],
  ] as const)('prints nothing of its own as %s when it is empty and piped', (format, text) => {
    expect(formatListing([], LISTING, format, pipe)).toBe(text);
  });

  it('tells a person what to do when it is empty', () => {
    expect(formatListing([], LISTING, 'table', narrow)).toBe('No machines.\n');
  });

  it('colours cells without moving them', () => {
    const coloured = formatListing(ROWS, LISTING, 'table', { ...pipe, style: createStyle(true) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: taking colours off
    expect(coloured.replaceAll(/\x1b\[\d+m/g, '')).toBe(formatListing(ROWS, LISTING, 'table', pipe));
  });

  it('shows what others wrote without letting it steer the terminal', () => {
    const rows = [{ id: '\x1b[2J\x1b]0;owned\x07', state: 'a\nb', used: '', note: '\u009b31m' }];
    const text = formatListing(rows, LISTING, 'table', pipe);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
    expect(text.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    expect(text).toContain('\\x1b[2J\\x1b]0;owned\\x07');
    expect(text).toContain('a\\x0ab');
  });
});

describe('a document', () => {
  it.each([
    ['table', 'a: 1\n'],
    ['yaml', 'a: 1\n'],
    ['json', '{\n  "a": 1\n}\n'],
    ['jsonl', '{"a":1}\n'],
    ['name', 'it\n'],
  ] as const)('prints as %s', (format, text) => {
    expect(formatDocument({ a: 1 }, format, 'it')).toBe(text);
  });
});

describe('-o', () => {
  it('takes every format there is, and names them when given another', () => {
    for (const format of OUTPUT_FORMATS) expect(parseOutputFormat(format)).toBe(format);
    expect(() => parseOutputFormat('xml')).toThrow('Cannot print as "xml": wanted one of table, wide, json');
  });
});

describe('select()', () => {
  const ids = (selection: Parameters<typeof select>[2]) => select(ROWS, LISTING, selection).rows.map(({ id }) => id);

  it.each([
    [['state=running'], ['m1']],
    [['state!=RUNNING'], ['m2']],
    [['note~DISK'], ['m2']],
    [['state=RUNNING', 'id=m2'], []],
    [['extra=x'], ['m1', 'm2']],
    [[], ['m1', 'm2']],
  ])('keeps the rows of %j', (filter, wanted) => {
    expect(ids({ filter })).toEqual(wanted);
  });

  it('sorts by number where there are numbers, and downwards', () => {
    expect(ids({ sort: 'used' })).toEqual(['m2', 'm1']);
    expect(ids({ sort: '-used' })).toEqual(['m1', 'm2']);
  });

  it('shows the columns asked for, in that order', () => {
    const { rows, listing } = select(ROWS, LISTING, { columns: 'state,ID' });
    expect(formatListing(rows, listing, 'table', pipe)).toBe('STATE    ID\nRUNNING  m1\nFAILED   m2\n');
  });

  it.each([
    [{ columns: 'id,stat' }, 'there is no column "stat", did you mean state?'],
    [{ sort: '-ussed' }, 'there is no column "ussed", did you mean used?'],
    [{ filter: ['colour=red'] }, 'there is no column "colour"'],
    [{ filter: ['state'] }, 'wanted COLUMN=VALUE'],
    [{ filter: ['=x'] }, 'wanted COLUMN=VALUE'],
  ])('refuses %j as wrong usage', (selection, message) => {
    expect(() => ids(selection)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }),
    );
  });
});

describe('colour', () => {
  it.each([
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', false, { FORCE_COLOR: '0' }, false],
    ['auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ] as const)('--color=%s on a terminal: %s, with %j: %s', (choice, isTerminal, env, wanted) => {
    expect(wantsColor(choice, isTerminal, env)).toBe(wanted);
  });

  it('is the same for the same text', () => {
    const { of } = createStyle(true);
    expect(of('job.1')).toBe(of('job.1'));
    expect(createStyle(false).of('job.1')).toBe('job.1');
  });
});

describe('printable()', () => {
  it('leaves letters of every language alone', () => {
    expect(printable('Grüße, 世界 🙂')).toBe('Grüße, 世界 🙂');
  });

  it('keeps lines as lines where there may be several', () => {
    expect(printableLines('a\nb\x1b[31m')).toBe('a\nb\\x1b[31m');
  });
});

describe('LinePrefixer', () => {
  const written = (pieces: readonly string[]) => {
    const out: string[] = [];
    const prefixer = new LinePrefixer('t | ', (data) => out.push(Buffer.from(data).toString()));
    for (const piece of pieces) prefixer.write(Buffer.from(piece));
    prefixer.flush();
    return out.join('');
  };

  it.each([
    [['one\ntwo\n'], 't | one\nt | two\n'],
    [['on', 'e\ntw', 'o\n'], 't | one\nt | two\n'],
    [['one\n', '\n', 'two'], 't | one\nt | \nt | two\n'],
    [[''], ''],
    [['last'], 't | last\n'],
  ])('of %j makes %j', (pieces, text) => {
    expect(written(pieces)).toBe(text);
  });

  it('writes each line whole, even when a letter is split between pieces', () => {
    const bytes = Buffer.from('ü\n');
    const out: string[] = [];
    const prefixer = new LinePrefixer('t | ', (data) => out.push(Buffer.from(data).toString()));
    prefixer.write(bytes.subarray(0, 1));
    prefixer.write(bytes.subarray(1));
    expect(out).toEqual(['t | ü\n']);
  });

  it('does not hold back a line without end for ever', () => {
    expect(written(['x'.repeat(70_000)])).toBe(`t | ${'x'.repeat(70_000)}\n`);
  });
});

describe('follow()', () => {
  const fileOf = (...pieces: Array<string | Error>) => {
    const out: string[] = [];
    const followed: Followed = {
      tail: {
        next: async () => {
          const piece = pieces.shift() ?? '';
          if (piece instanceof Error) throw piece;
          return Buffer.from(piece);
        },
      },
      write: (data) => void out.push(Buffer.from(data).toString()),
      end: () => void out.push('END'),
    };
    return { followed, out };
  };

  it('copies to the end once nothing more will come', async () => {
    const { followed, out } = fileOf('a', '', 'b', 'c');
    const answers = [false, true];
    await follow([followed], () => answers.shift() ?? true);
    expect(out).toEqual(['a', 'b', 'c', 'END']);
  });

  it('waits for an agent that is away', async () => {
    const { followed, out } = fileOf('a', new CommandFailure(5, 'away'), 'b');
    await follow([followed], () => out.includes('b'));
    expect(out).toEqual(['a', 'b', 'END']);
  });

  it('fails with anything else at once', async () => {
    const { followed } = fileOf(new CommandFailure(4, 'refused'));
    await expect(follow([followed], () => false)).rejects.toThrow('refused');
  });
});
