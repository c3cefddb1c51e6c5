import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const config = resolve('.dependency-cruiser.cjs');
const checker = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meseta-imports-'));
  await plant('tsconfig.json', '{ "compilerOptions": { "module": "NodeNext", "target": "ES2024" } }');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

/** The rules that one file of `from` importing one of `to` breaks. */
async function broken(from: string, to: string): Promise<string> {
  await plant(to, 'export const thing = 1;\n');
  const path = `${'../'.repeat(from.split('/').length - 1)}${to.replace(/\.ts$/, '.js')}`;
  await plant(from, `import { thing } from '${path}';\nexport const other = thing;\n`);
  const { stdout, exitCode } = await execa(process.execPath, [checker, '--config', config, '.'], {
    cwd: folder,
    reject: false,
  });
  return exitCode === 0 ? '' : stdout;
}

describe('the import rules', () => {
  it.each([
    ['master/a.ts', 'agent/b.ts', 'master-stands-alone'],
    ['agent/a.ts', 'scheduler-sdk/b.ts', 'agent-stands-alone'],
    ['scheduler-sdk/a.ts', 'master/b.ts', 'scheduler-sdk-stands-alone'],
    ['executor-sdk/a.ts', 'agent/b.ts', 'executor-sdk-stands-alone'],
    ['proto/a.ts', 'common/b.ts', 'proto-imports-nothing'],
    ['common/a.ts', 'master/b.ts', 'common-imports-proto'],
    ['frameworks/x/a.ts', 'master/b.ts', 'frameworks-use-the-sdks'],
    ['frameworks/x/a.ts', 'frameworks/y/b.ts', 'frameworks-stand-alone'],
    ['frameworks/x/a.test.ts', 'frameworks/y/b.ts', 'frameworks-stand-alone'],
    ['frameworks/x/a.ts', 'frameworks/xy/b.ts', 'frameworks-stand-alone'],
    ['cli/a.ts', 'frameworks/x/b.ts', 'cli-talks-over-the-wire'],
    ['master/a.ts', 'test/b.ts', 'only-tests-import-test'],
  ])('refuse %s importing %s', async (from, to, rule) => {
    expect(await broken(from, to)).toContain(rule);
  });

  it.each([
    ['master/a.ts', 'common/b.ts'],
    ['common/a.ts', 'proto/b.ts'],
    ['frameworks/x/a.ts', 'scheduler-sdk/b.ts'],
    ['frameworks/x/a.ts', 'frameworks/x/cli/b.ts'],
    ['frameworks/x/a.ts', 'frameworks/data-service/b.ts'],
    ['cli/a.ts', 'frameworks/x/cli/b.ts'],
    ['master/a.test.ts', 'test/b.ts'],
  ])('allow %s importing %s', async (from, to) => {
    expect(await broken(from, to)).toBe('');
  });
});
