import { stringify } from 'yaml';
import { asTyped } from '../command-name.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import type { Style } from './style.js';
import { type Column, formatTable } from './table.js';

/** The choices of --output. `jsonl`: a line per row; `name`: only what names the row. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'jsonl', 'yaml', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How a list is shown: as columns to people, as its own fields to machines. */
export interface Listing<Row> {
  readonly columns: ReadonlyArray<Column<Row>>;
  /** Further columns of `-o wide`. */
  readonly wide?: ReadonlyArray<Column<Row>>;
  /** What names a row: `-o name` and `-q` print it alone. */
  readonly name: (row: Row) => string;
  /** The row as plain data with the field names of the documented shape. */
  readonly data: (row: Row) => unknown;
  /** What a person reads when there are no rows. */
  readonly empty: string;
}

/** Where output goes. Data to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: {
    readonly write: (text: string) => void;
    /** What tasks wrote, untouched. */
    readonly writeBytes: (data: Uint8Array) => void;
    readonly isTerminal: boolean;
    readonly columns: number | undefined;
  };
  readonly err: {
    readonly write: (text: string) => void;
    readonly writeBytes: (data: Uint8Array) => void;
    readonly isTerminal: boolean;
  };
  readonly style: Style;
}

/** The text of a list in the format asked for, with its final newline; empty when there is nothing to say. */
export function formatListing<Row>(
  rows: readonly Row[],
  listing: Listing<Row>,
  format: OutputFormat,
  terminal: { readonly out: Pick<Terminal['out'], 'isTerminal' | 'columns'>; readonly style: Style },
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(rows.map(listing.data), undefined, 2)}\n`;
    case 'jsonl':
      return rows.map((row) => `${JSON.stringify(listing.data(row))}\n`).join('');
    case 'yaml':
      return stringify(rows.map(listing.data));
    case 'name':
      return rows.map((row) => `${listing.name(row)}\n`).join('');
    case 'table':
    case 'wide': {
      if (rows.length === 0) return terminal.out.isTerminal ? `${asTyped(listing.empty)}\n` : '';
      const columns = format === 'wide' ? [...listing.columns, ...(listing.wide ?? [])] : listing.columns;
      const width = terminal.out.isTerminal ? terminal.out.columns : undefined;
      return `${formatTable(rows, columns, terminal.style, width)}\n`;
    }
  }
}

/** One document: YAML for people (it is the easiest to read), or as asked. */
export function formatDocument(data: unknown, format: OutputFormat, name: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(data, undefined, 2)}\n`;
    case 'jsonl':
      return `${JSON.stringify(data)}\n`;
    case 'name':
      return `${name}\n`;
    case 'table':
    case 'wide':
    case 'yaml':
      return stringify(data);
  }
}

/** Checks what `-o` was given. */
export function parseOutputFormat(text: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  throw new CommandFailure(EXIT.usage, `Cannot print as "${text}": wanted one of ${OUTPUT_FORMATS.join(', ')}`);
}
