import { expect, it } from 'vitest';
import { readDuration } from './duration.js';

it.each([
  ['3s', 3_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  [' 3s ', 3_000],
  ['500ms', 500],
  ['90secs', 90_000],
  ['10mins', 600_000],
  ['2hrs', 7_200_000],
  ['1days', 86_400_000],
])('a duration may be written %j', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

it.each(['', 's', '3', '-3s', '3 s', '3S', '3sec', 'h1', '1h30m', 'xs'])('%j is no duration', (text) => {
  expect(readDuration(text)).toBeNaN();
});
