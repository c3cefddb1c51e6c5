import { parseResources } from '../../common/resources/parse.js';
import { containsQuantities, type Quantities } from '../../common/resources/quantities.js';
import { CodedError, messageOf } from '../../common/runtime/errors.js';

/** An offer must hold at least one of these: `cpus:0.01|mem:32`. */
export const DEFAULT_MINIMUMS: readonly Quantities[] = [new Map([['cpus', 10]]), new Map([['mem', 32_000]])];

/** Reads the flag `min_allocatable_resources`: scalars, alternatives between bars. Throws BAD_INPUT with every problem. */
export function parseMinimums(text: string): readonly Quantities[] {
  const problems: string[] = [];
  const minimums = text
    .split('|')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      try {
        const resources = parseResources(part);
        if ([...resources].some(({ amount }) => amount.kind !== 'scalar'))
          problems.push(`"${part}" holds more than scalars`);
        return resources.scalars();
      } catch (error) {
        problems.push(messageOf(error));
        return new Map<string, number>();
      }
    });
  if (problems.length > 0) {
    throw new CodedError('BAD_INPUT', `Cannot read minimum allocatable resources:\n${problems.join('\n')}`);
  }
  return minimums;
}

/** Whether the scalars are worth an offer: at least one minimum is reached, or there is none. */
export function reachesMinimum(scalars: Quantities, minimums: readonly Quantities[]): boolean {
  return minimums.length === 0 || minimums.some((minimum) => containsQuantities(scalars, minimum));
}
