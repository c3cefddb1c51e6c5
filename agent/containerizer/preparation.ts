import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { messageOf } from '../../common/runtime/errors.js';
import { makeSandbox } from '../sandbox/directory.js';
import { commandLineOf } from './command-line.js';
import type { ContainerSpec } from './containerizer.js';
import type { Fetch } from './fetcher/fetch.js';
import { failure } from './launch-failure.js';
import { CONTAINER_MARKER, type Owner, type ProcessSpec } from './spawner/protocol.js';
import type { Users } from './users.js';

/** All that comes before a container's process: who it runs as, its sandbox, its files. Steps throw a `LaunchFailure`. */
export class Preparation {
  readonly #given: string;
  readonly #real: string;
  readonly #users: Users;
  readonly #fetch: Fetch;

  private constructor(given: string, real: string, users: Users, fetch: Fetch) {
    this.#given = given;
    this.#real = real;
    this.#users = users;
    this.#fetch = fetch;
  }

  /** `workDir` is the root of all sandboxes, and must exist. */
  static async create(workDir: string, users: Users, fetch: Fetch): Promise<Preparation> {
    return new Preparation(workDir, await realpath(workDir), users, fetch);
  }

  /** Turns a command into a process for the spawner: real sandbox path, numeric user, marked environment. */
  async toProcess(spec: ContainerSpec): Promise<ProcessSpec> {
    const directory = this.#realPath(spec.directory);
    const owner = await this.#ownerOf(spec);
    const env = { ...spec.environment, [CONTAINER_MARKER]: spec.containerId };
    return { ...commandLineOf(spec.command), env, directory, ...(owner && { owner }) };
  }

  /** Makes the sandbox. */
  async makeSandbox(spec: ContainerSpec, { directory, owner }: ProcessSpec): Promise<void> {
    await makeSandbox(directory, owner).catch((error: unknown) => {
      throw noSandbox(spec, messageOf(error));
    });
  }

  /** Brings the files that the command names into the sandbox. */
  async fetch({ containerId, command }: ContainerSpec, process: ProcessSpec, signal: AbortSignal): Promise<void> {
    const uris = command.uris ?? [];
    if (uris.length === 0) return;
    const { directory, owner } = process;
    await this.#fetch({ containerId, uris, directory, ...(owner && { owner }) }, signal).catch((error: unknown) => {
      const what = `Failed to fetch all URIs for container '${containerId}': ${messageOf(error)}`;
      throw failure('fetch', what);
    });
  }

  async #ownerOf(spec: ContainerSpec): Promise<Owner | undefined> {
    if (spec.user === undefined) return undefined;
    const owner = await this.#users.find(spec.user);
    if (owner === undefined) {
      throw noSandbox(spec, `Failed to chown directory to '${spec.user}': No such user '${spec.user}'`);
    }
    return owner.uid === process.getuid?.() ? undefined : owner;
  }

  /** The spawner refuses paths through links, so the one that may be configured, the work directory, is resolved. */
  #realPath(directory: string): string {
    for (const root of [this.#given, this.#real]) {
      const inside = relative(root, directory);
      if (inside !== '' && !inside.startsWith('..')) return join(this.#real, inside);
    }
    throw failure('sandbox', `Failed to create executor directory '${directory}': not beneath ${this.#real}`);
  }
}

const noSandbox = ({ directory }: ContainerSpec, why: string) =>
  failure('sandbox', `Failed to create executor directory '${directory}': ${why}`);
