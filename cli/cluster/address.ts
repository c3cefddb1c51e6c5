import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** Where the master is, and who said so: connection errors name both. */
export interface MasterAddress {
  /** `host:port`. */
  readonly address: string;
  /** e.g. "--master", "MESETA_ADDR", "the local cluster", "the default". */
  readonly origin: string;
}

/** `host:port` of the master when nothing names one: this machine, the port of the original. */
export const DEFAULT_MASTER = '127.0.0.1:5050';

/** Picks the master's address: option, then variable, then the local cluster that `up` started, then the default. */
export function chooseMaster(
  option: string | undefined,
  env: NodeJS.ProcessEnv,
  localCluster: string | undefined,
): MasterAddress {
  if (option !== undefined) return { address: parseAddress(option, '--master'), origin: '--master' };
  const variable = env['MESETA_ADDR'];
  if (variable !== undefined && variable !== '')
    return { address: parseAddress(variable, 'MESETA_ADDR'), origin: 'MESETA_ADDR' };
  if (localCluster !== undefined) return { address: localCluster, origin: 'the local cluster' };
  return { address: DEFAULT_MASTER, origin: 'the default' };
}

/** Accepts `host`, `host:port` and `http://host:port/`; gives `host:port`. Throws a usage failure naming `origin`. */
export function parseAddress(text: string, origin: string): string {
  const bare = text.replace(/^http:\/\//, '').replace(/\/$/, '');
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(bare);
  const port = Number(match?.[2] ?? 5050);
  if (match?.[1] === undefined || port < 1 || port > 65_535)
    throw new CommandFailure(
      EXIT.usage,
      `Cannot use ${origin} "${text}": wanted host:port with a port from 1 to 65535, such as ${DEFAULT_MASTER}`,
    );
  return `${match[1]}:${port}`;
}
