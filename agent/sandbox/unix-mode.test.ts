import { expect, it } from 'vitest';
import { unixMode } from './unix-mode.js';

it.each([
  [0o100644, '-rw-r--r--'],
  [0o040755, 'drwxr-xr-x'],
  [0o041777, 'drwxrwxrwt'],
  [0o041776, 'drwxrwxrwT'],
  [0o104755, '-rwsr-xr-x'],
  [0o120777, 'lrwxrwxrwx'],
  [0o010600, 'prw-------'],
])('unixMode(%o) is what ls prints', (mode, expected) => {
  expect(unixMode(mode)).toBe(expected);
});
