import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folders = 'master,agent,common,scheduler-sdk,executor-sdk,frameworks,cli,proto/codec';
const notRead = /\.(test|bench)\.ts$|\.d\.ts$|\/(generated|node_modules|dist)\//;

type Named = ts.DeclarationStatement | ts.VariableStatement;

function isNamed(node: ts.Statement): node is Named {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableStatement(node)
  );
}

function namesOf(node: Named): string[] {
  if (!ts.isVariableStatement(node)) return [node.name?.getText() ?? 'default'];
  return node.declarationList.declarations.map(({ name }) => name.getText());
}

/** The names exported by a list at the end (`export { a, b }`); those of another file are asked of that file. */
function listed(file: ts.SourceFile): Set<string> {
  const lists = file.statements.filter(ts.isExportDeclaration).filter((list) => list.moduleSpecifier === undefined);
  const clauses = lists.flatMap(({ exportClause }) =>
    exportClause && ts.isNamedExports(exportClause) ? [exportClause] : [],
  );
  return new Set(clauses.flatMap(({ elements }) => elements.map((one) => (one.propertyName ?? one.name).getText())));
}

function hasDocstring(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).some((doc) => ts.isJSDoc(doc) && doc.getText().length > '/** */'.length);
}

/** One comment serves a block of one-line declarations that has no empty line in it: the branded ids, the message types. */
function continues(file: ts.SourceFile, before: ts.Node | undefined, node: ts.Node): boolean {
  if (before === undefined) return false;
  const line = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  const oneLine = (one: ts.Node): boolean => line(one.getStart()) === line(one.getEnd());
  return oneLine(before) && oneLine(node) && line(before.getEnd()) + 1 === line(node.getStart());
}

/** The exported names of a source text without a docstring: a name declared twice (overloads, a type and its value) needs one. */
function undocumented(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const exportList = listed(file);
  const documented = new Set<string>();
  const exported = new Set<string>();
  let before: ts.Node | undefined;
  let beforeHasOne = false;
  for (const node of file.statements) {
    const hasOne: boolean = hasDocstring(node) || (beforeHasOne && continues(file, before, node));
    if (isNamed(node)) {
      const inPlace = ts
        .getModifiers(node as ts.HasModifiers)
        ?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      for (const name of namesOf(node)) {
        if (inPlace || exportList.has(name)) exported.add(name);
        if (hasOne) documented.add(name);
      }
    }
    before = node;
    beforeHasOne = hasOne && isNamed(node);
  }
  return [...exported].filter((name) => !documented.has(name)).map((name) => `${path}: ${name}`);
}

describe('a docstring', () => {
  it('stands above every exported name', async () => {
    const missing: string[] = [];
    for await (const path of glob(`{${folders}}/**/*.ts`)) {
      if (!notRead.test(path)) missing.push(...undocumented(path, readFileSync(path, 'utf8')));
    }
    expect(missing.sort()).toEqual([]);
  });

  it.each([
    ['a function', 'export function a(): void {}'],
    ['a constant', 'export const a = 1;'],
    ['a class', 'export class a {}'],
    ['a type', 'export type a = string;'],
    ['a name in a list', 'const a = 1;\nexport { a };'],
    ['a name below a comment of reasons', '// Why.\nexport const a = 1;'],
    ['a name after an empty line', '/** Documented. */\nexport const b = 1;\n\nexport const a = 1;'],
    [
      'a longer declaration below a short one',
      '/** Documented. */\nexport const b = 1;\nexport const a = {\n  c: 1,\n};',
    ],
  ])('is missed above %s', (_, text) => {
    expect(undocumented('file.ts', text)).toEqual(['file.ts: a']);
  });

  it.each([
    ['one declaration of a name', '/** What. */\nexport type a = string;\nexport function a(): void {\n}'],
    ['a block of one-line declarations', '/** What. */\nexport const a = 1;\nexport const b = 2;'],
    ['what is not exported', 'const a = 1;'],
    ['a name of another file', "export { a } from './b.js';"],
  ])('is enough, or not needed, for %s', (_, text) => {
    expect(undocumented('file.ts', text)).toEqual([]);
  });
});
