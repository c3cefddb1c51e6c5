import { constants } from 'node:fs';
import { type FileHandle, lchown, lstat, mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, normalize, resolve } from 'node:path';
import { CodedError } from '../../../common/runtime/errors.js';
import { openSandbox, type SandboxOwner } from '../../sandbox/directory.js';

/**
 * A folder of the agent's own in which everything is fetched and unpacked, out of the reach of other tasks, and
 * from which it moves into the sandbox only once complete. On the file system of the sandboxes.
 */
export class Staging {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes an empty one; what an earlier attempt left there is deleted. */
  static async create(path: string): Promise<Staging> {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new Staging(path);
  }

  /** The absolute path of `name`, which may hold folders. Throws BAD_INPUT when it leads outside. */
  resolve(name: string): string {
    const clean = normalize(name);
    if (name === '' || name.includes('\0') || /^(\/|\.\.(\/|$)|\.\/?$)/.test(clean)) {
      throw new CodedError('BAD_INPUT', `name '${name}' does not lead beneath the sandbox`);
    }
    return join(this.path, clean);
  }

  /** Creates the file `name` anew, with the folders above it, through no link that an archive may have brought. */
  async createFile(name: string, mode = 0o644): Promise<FileHandle> {
    const path = this.resolve(name);
    await this.#makeFolders(dirname(path));
    await rm(path, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  }

  /** Deletes a file that was created here. */
  async removeFile(name: string): Promise<void> {
    await rm(this.resolve(name), { force: true });
  }

  /** Creates a folder and those above it, as far as missing; throws REFUSED where a file is in the way. */
  async createFolder(name: string): Promise<void> {
    await this.#makeFolders(this.resolve(name));
  }

  /** Creates a link whose target lies inside. */
  async createLink(name: string, target: string): Promise<void> {
    const path = this.resolve(name);
    const end = resolve(dirname(path), target);
    if (target.startsWith('/') || !`${end}/`.startsWith(`${this.path}/`)) {
      throw new CodedError('REFUSED', `link '${name}' leads outside, to '${target}'`);
    }
    await this.#makeFolders(dirname(path));
    await rm(path, { force: true });
    await symlink(target, path);
  }

  /** Gives everything to `owner` and moves it into the sandbox, over what is there of the same name. */
  async moveInto(sandbox: string, owner: SandboxOwner | undefined): Promise<void> {
    if (owner !== undefined) {
      for (const entry of await readdir(this.path, { recursive: true, withFileTypes: true })) {
        await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
      }
    }
    await using directory = await openSandbox(sandbox);
    for (const name of await readdir(this.path)) {
      const target = `/proc/self/fd/${directory.fd}/${name}`;
      await rm(target, { recursive: true, force: true });
      await rename(join(this.path, name), target);
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #makeFolders(path: string): Promise<void> {
    if (path === this.path) return;
    await this.#makeFolders(dirname(path));
    await mkdir(path, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await lstat(path)).isDirectory()) throw new CodedError('REFUSED', `'${path}' is in the way, and no folder`);
  }
}
