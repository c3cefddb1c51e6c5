/**
 * A text with its `meseta COMMAND`s as the reader would type them: from a checkout through scripts/meseta, which says in
 * MESETA_COMMAND how it was called.
 */
export function asTyped(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const name = env['MESETA_COMMAND'] ?? '';
  return name === '' ? text : text.replace(/(?<![\w./-])meseta (?=[a-z-])/g, () => `${name} `);
}
