import { printable, type Style } from './style.js';

/** A column: its title, and the text it shows for a row. Names double as the keys of `--columns`. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Colours the padded cell. */
  readonly paint?: (cell: string, row: Row, style: Style) => string;
}

/**
 * Rows under aligned titles. `width`: columns of the terminal, where long cells of the last column are shortened; absent
 * (a pipe): nothing is ever cut.
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
  const fixed = widths.slice(0, -1).reduce((sum, columnWidth) => sum + columnWidth + 2, 0);
  const room = width === undefined ? undefined : Math.max(10, width - fixed);
  const pad = (text: string, at: number) => {
    const last = at === columns.length - 1;
    if (columns[at]?.align === 'right') return text.padStart(widths[at] ?? 0);
    if (!last) return text.padEnd(widths[at] ?? 0);
    return room !== undefined && text.length > room ? `${text.slice(0, room - 1)}…` : text;
  };
  const header = style.bold(columns.map((column, at) => pad(column.title, at)).join('  '));
  const lines = cells.map((line, rowAt) =>
    columns
      .map((column, at) => {
        const cell = pad(line[at] ?? '', at);
        const row = rows[rowAt];
        return column.paint === undefined || row === undefined ? cell : column.paint(cell, row, style);
      })
      .join('  ')
      .trimEnd(),
  );
  return [header.trimEnd(), ...lines].join('\n');
}
