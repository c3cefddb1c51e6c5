import { Writable } from 'node:stream';
import { Unpack } from 'tar';
import { CodedError } from '../../../common/runtime/errors.js';
import type { Allowance } from './limits.js';
import type { Staging } from './staging.js';

/** What a task may bring. Devices and FIFOs are refused, other kinds are notes to the archiver. */
const REFUSED = new Set(['CharacterDevice', 'BlockDevice', 'FIFO']);

/** A stream that unpacks the tar written to it. Set-user bits and owners are dropped; a member outside fails it. */
export function tarWriter(staging: Staging, allowance: Allowance): Writable {
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
  };
  const unpack = new Unpack({
    cwd: staging.path,
    preserveOwner: false,
    filter: (path, entry) => {
      try {
        allowance.entry();
        if (!('type' in entry)) return true;
        if (REFUSED.has(entry.type)) throw new CodedError('REFUSED', `'${path}' is a device`);
        if (entry.mode !== undefined) entry.mode &= 0o777;
        return true;
      } catch (error) {
        fail(error as Error);
        return false;
      }
    },
    onwarn: (code, message) => {
      if (code !== 'TAR_ENTRY_INFO') fail(new CodedError('CORRUPT', String(message)));
    },
  });
  const closed = new Promise<void>((resolve) => unpack.once('close', () => resolve()));
  unpack.on('error', fail);
  return new Writable({
    write(chunk: Buffer, _encoding, next) {
      if (failure !== undefined) next(failure);
      else if (unpack.write(chunk)) next();
      else unpack.once('drain', () => next(failure));
    },
    final(next) {
      unpack.end();
      void closed.then(() => next(failure));
    },
  });
}
