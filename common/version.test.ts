import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RELEASE } from './version.js';

it('names the release that package.json names', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(RELEASE).toBe(version);
});
