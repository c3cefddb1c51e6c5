import { mesos } from '../../proto/index.js';
import { FINE, type Reasons } from './reasons.js';

type Secret = mesos.v1.Secret.$Properties;
const { REFERENCE, VALUE } = mesos.v1.Secret.Type;

/** A secret holds either a reference or a value, as its type says. */
export function validateSecret({ type, reference, value }: Secret): Reasons {
  if (type === REFERENCE) {
    if (!reference) return ["Secret of type REFERENCE must have the 'reference' field set"];
    if (value) {
      return [`Secret '${reference.name}' of type REFERENCE must not have the 'value' field set`];
    }
    return FINE;
  }
  if (type === VALUE) {
    if (!value) return ["Secret of type VALUE must have the 'value' field set"];
    if (reference) return ["Secret of type VALUE must not have the 'reference' field set"];
    return FINE;
  }
  return ['Secret must be of type REFERENCE or VALUE'];
}
