import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** Candidates that an error lists at the most. */
const LISTED_MOST = 5;

interface Pickable<Row> {
  /** e.g. "agent". */
  readonly what: string;
  readonly id: (row: Row) => string;
  /** Further names that must be given whole, such as a host. */
  readonly alias?: (row: Row) => string;
  /** The command that lists them. */
  readonly listedBy: string;
}

/**
 * The row of that id, alias or unique beginning of an id. Several rows of one id are taken for one: the first counts.
 * Fails with 3 when there is none, with 2 when several fit, naming them.
 */
export function pick<Row>(rows: readonly Row[], name: string, { what, id, alias, listedBy }: Pickable<Row>): Row {
  const named = rows.filter((row) => id(row) === name);
  const called = named.length > 0 || alias === undefined ? named : rows.filter((row) => alias(row) === name);
  const found = called.length > 0 ? called : rows.filter((row) => name !== '' && id(row).startsWith(name));
  const [first] = found;
  if (first === undefined)
    throw new CommandFailure(
      EXIT.notFound,
      `Cannot find ${what} "${name}": there is none whose id starts so${alias === undefined ? '' : ', or of that name'}`,
      listedBy,
    );
  const ids = [...new Set(found.map(id))];
  if (ids.length > 1)
    throw new CommandFailure(
      EXIT.usage,
      `Cannot tell which ${what} "${name}" means: ${ids.length} fit: ${listSome(ids)}`,
      'give more of the id',
    );
  return first;
}

function listSome(ids: readonly string[]): string {
  return ids.slice(0, LISTED_MOST).join(', ') + (ids.length > LISTED_MOST ? ', ...' : '');
}
