import { expect, it } from 'vitest';
import { asTyped } from './command-name.js';

const FROM_CHECKOUT = { MESETA_COMMAND: './scripts/meseta' };

it('writes commands as they were typed, and nothing else', () => {
  const hint = 'meseta up (starts a cluster), or: meseta --help; see /opt/meseta and meseta.log';
  expect(asTyped(hint, FROM_CHECKOUT)).toBe(
    './scripts/meseta up (starts a cluster), or: ./scripts/meseta --help; see /opt/meseta and meseta.log',
  );
});

it('leaves what is on the PATH alone', () => {
  expect(asTyped('meseta up', {})).toBe('meseta up');
});
