import { readFile } from 'node:fs/promises';

/** Names of users or groups by number, from a file in the format of passwd(5) or group(5); of two the first counts. */
export async function ownerNames(path: '/etc/passwd' | '/etc/group'): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>();
  const text = await readFile(path, 'utf8').catch(() => ''); // then owners are shown by number
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (/^\d+$/.test(id) && name !== '' && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}
