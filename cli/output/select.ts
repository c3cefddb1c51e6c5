import { nearest } from '../../common/runtime/nearest.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import type { Listing } from './printer.js';
import type { Column } from './table.js';

/** Which rows of a list are wanted, in which order, with which columns; columns go by their titles in any case. */
export interface Selection {
  /** e.g. `id,state`. */
  readonly columns?: string;
  /** e.g. `cpus`, or `-cpus` for the largest first. */
  readonly sort?: string;
  /** e.g. `state=RUNNING`, `host!=127.0.0.11`, `message~disk`; all must hold. */
  readonly filter?: readonly string[];
}

/** The rows and columns that were asked for. Throws one usage failure that names what is no column. */
export function select<Row>(
  rows: readonly Row[],
  listing: Listing<Row>,
  { columns, sort, filter = [] }: Selection,
): { readonly rows: Row[]; readonly listing: Listing<Row> } {
  const all = [...listing.columns, ...(listing.wide ?? [])];
  const holds = filter.map((text) => readFilter(text, all));
  const kept = rows.filter((row) => holds.every((test) => test(row)));
  if (sort !== undefined) kept.sort(readOrder(sort, all));
  if (columns === undefined) return { rows: kept, listing };
  const chosen = columns.split(',').map((title) => column(title, all, '--columns'));
  return { rows: kept, listing: { ...listing, columns: chosen, wide: [] } };
}

function readFilter<Row>(text: string, all: ReadonlyArray<Column<Row>>): (row: Row) => boolean {
  const match = /^([^=!~]+)(!=|=|~)(.*)$/s.exec(text);
  if (match === null)
    throw new CommandFailure(
      EXIT.usage,
      `Cannot use --filter "${text}": wanted COLUMN=VALUE, COLUMN!=VALUE or COLUMN~PART, such as state=RUNNING`,
    );
  const [, title = '', operator, wanted = ''] = match;
  const { of } = column(title, all, '--filter');
  const lower = wanted.toLowerCase();
  return (row) => {
    const given = of(row).toLowerCase();
    if (operator === '~') return given.includes(lower);
    return (given === lower) === (operator === '=');
  };
}

/** By number where both are numbers (the first one of `0.5/2`), else as text; stable. */
function readOrder<Row>(text: string, all: ReadonlyArray<Column<Row>>): (a: Row, b: Row) => number {
  const downwards = text.startsWith('-');
  const { of } = column(downwards ? text.slice(1) : text, all, '--sort');
  const collator = new Intl.Collator('en', { numeric: true });
  return (a, b) => collator.compare(of(a), of(b)) * (downwards ? -1 : 1);
}

function column<Row>(title: string, all: ReadonlyArray<Column<Row>>, option: string): Column<Row> {
  const wanted = title.trim().toUpperCase();
  const found = all.find((each) => each.title === wanted);
  if (found !== undefined) return found;
  const titles = all.map((each) => each.title.toLowerCase());
  const near = nearest(wanted, titles);
  throw new CommandFailure(
    EXIT.usage,
    `Cannot use ${option}: there is no column "${title}"${near === undefined ? '' : `, did you mean ${near}?`}`,
    `one of ${titles.join(', ')}`,
  );
}
