import { printable, type Style } from './style.js';

/** A column: its title, and the text it shows for a row. Names double as the keys of `--columns`. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Colours the padded cell. */
  readonly paint?: (cell: string, row: Row, style: Style) => string;
}

/** Narrower than this the last column says nothing. */
const LEAST_LAST_COLUMN = 6;

/**
 * Rows under aligned titles. `width`: columns of the terminal, where the last column is shortened, or left out when
 * there is no room for it; absent (a pipe): nothing is ever cut.
 */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: ReadonlyArray<Column<Row>>,
  style: Style,
  width?: number,
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.of(row))));
  const widths = columns.map((column, at) =>
    cells.reduce((widest, line) => Math.max(widest, (line[at] ?? '').length), column.title.length),
  );
  const room = roomForLast(widths, width);
  const shown = room < LEAST_LAST_COLUMN && columns.length > 1 ? columns.slice(0, -1) : columns;
  const pad = (text: string, at: number) => {
    if (columns[at]?.align === 'right') return text.padStart(widths[at] ?? 0);
    if (at < columns.length - 1) return text.padEnd(widths[at] ?? 0);
    return text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
  };
  const header = style.bold(shown.map((column, at) => pad(column.title, at)).join('  '));
  const lines = rows.map((row, rowAt) =>
    shown
      .map((column, at) => {
        const cell = pad(cells[rowAt]?.[at] ?? '', at);
        return column.paint === undefined ? cell : column.paint(cell, row, style);
      })
      .join('  ')
      .trimEnd(),
  );
  return [header.trimEnd(), ...lines].join('\n');
}

/** Columns that are left beside the others for the last one; negative when even the others do not fit. */
function roomForLast(widths: readonly number[], width: number | undefined): number {
  if (width === undefined) return Number.POSITIVE_INFINITY;
  return widths.slice(0, -1).reduce((room, columnWidth) => room - columnWidth - 2, width);
}
