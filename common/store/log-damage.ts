/** Layout of SQLite's write-ahead log, from its documentation of the file format, section 4. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;

/**
 * The offset at which a write-ahead log is damaged in a way that no crash explains; undefined if there is none. SQLite
 * takes any frame that does not check for the end of the log, and so would silently drop the transactions behind it. A
 * crash leaves at most the last transaction unfinished, since each is synced before the next begins: a bad frame with
 * more than one transaction behind it was good once. Damage to the last one cannot be told from a crash.
 */
export function findLogDamage(log: Buffer): number | undefined {
  if (log.length < HEADER_BYTES || log.subarray(0, HEADER_BYTES).every((byte) => byte === 0)) return undefined;
  const magic = log.readUInt32BE(0);
  const bigEndian = magic === MAGIC_BIG_ENDIAN;
  if (!bigEndian && magic !== MAGIC_LITTLE_ENDIAN) return 0;
  let sums = checksum(log.subarray(0, HEADER_BYTES - 8), [0, 0], bigEndian);
  if (!same(sums, log, HEADER_BYTES - 8)) return 0;
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (!ofThisLog(log, at)) return hasLaterTransactions(log, at, frameBytes) ? at : undefined;
    sums = checksum(log.subarray(at, at + 8), sums, bigEndian);
    sums = checksum(log.subarray(at + FRAME_HEADER_BYTES, at + frameBytes), sums, bigEndian);
    if (!same(sums, log, at + 16)) return hasLaterTransactions(log, at, frameBytes) ? at : undefined;
  }
  return undefined;
}

/** Whether a frame bears the salts of the header; others are left over from before the log was last begun anew. */
function ofThisLog(log: Buffer, at: number): boolean {
  return log.compare(log, 16, 24, at + 8, at + 16) === 0;
}

/** Whether frames of this log follow the end of a transaction at or behind `from`. */
function hasLaterTransactions(log: Buffer, from: number, frameBytes: number): boolean {
  let ended = false;
  for (let at = from; at + frameBytes <= log.length; at += frameBytes) {
    if (!ofThisLog(log, at)) continue;
    if (ended) return true;
    ended = log.readUInt32BE(at + 4) !== 0;
  }
  return false;
}

function same([first, second]: readonly [number, number], log: Buffer, at: number): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}

/** SQLite's own sums over pairs of 32-bit words, going on from `start`. */
function checksum(bytes: Buffer, start: readonly [number, number], bigEndian: boolean): [number, number] {
  let [first, second] = start;
  for (let at = 0; at < bytes.length; at += 8) {
    const [left, right] = bigEndian
      ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
      : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    first = (first + left + second) >>> 0;
    second = (second + right + first) >>> 0;
  }
  return [first, second];
}
