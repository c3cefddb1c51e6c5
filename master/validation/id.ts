import { validateId as problemOf } from '../../common/validate-id.js';
import { FINE, type Reasons } from './reasons.js';

/** The rule for every id that comes from outside. */
export function validateId(id: string): Reasons {
  const problem = problemOf(id);
  return problem === undefined ? FINE : [problem];
}
