import { readFileSync } from 'node:fs';
import type { mesos } from '../proto/index.js';
import { API_VERSION } from './version.js';

/** What `scripts/build` writes beside the compiled code. */
interface Build {
  readonly gitSha: string;
  /** Seconds since the epoch. */
  readonly builtAt: number;
}

/** The level of the API that is spoken, and from what and when this daemon was built, as GET_VERSION tells it. */
export type VersionInfo = Required<
  Pick<mesos.v1.VersionInfo.$Properties, 'version' | 'buildDate' | 'buildTime' | 'buildUser' | 'gitSha'>
>;

/** For GET_VERSION. */
export function versionInfo(): VersionInfo {
  const { gitSha, builtAt } = readBuild();
  const buildDate = `${new Date(builtAt * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  // Who built it is nobody's business, but clients of the original expect the field.
  return { version: API_VERSION, buildDate, buildTime: builtAt, buildUser: 'meseta', gitSha };
}

/** The same as `/version` and `/state` print it. */
export function versionDocument(): Readonly<Record<string, string | number | null>> {
  const { version, buildDate, buildTime, buildUser, gitSha } = versionInfo();
  return { build_date: buildDate, build_time: buildTime, build_user: buildUser, git_sha: gitSha, version };
}

let known: Build | undefined;

function readBuild(): Build {
  known ??= parseBuild();
  return known;
}

function parseBuild(): Build {
  try {
    return JSON.parse(readFileSync(new URL('../build.json', import.meta.url), 'utf8')) as Build;
  } catch {
    return { gitSha: '', builtAt: 0 }; // run from the sources
  }
}
