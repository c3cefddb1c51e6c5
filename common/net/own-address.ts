import { lookup, lookupService } from 'node:dns/promises';
import { hostname as machineName } from 'node:os';
import { CodedError } from '../runtime/errors.js';

/** What the flags of a daemon say of its address; what is absent is found out. */
export interface AddressFlags {
  readonly ip: string | undefined;
  readonly advertiseIp: string | undefined;
  readonly hostname: string | undefined;
  readonly hostnameLookup: boolean;
}

/** Where a daemon listens and what it tells others of it. */
export interface OwnAddress {
  /** Address to listen on. */
  readonly bindIp: string;
  /** Address that others reach the daemon by. */
  readonly ip: string;
  /** Name that people and constraints know the machine by; digits where there is no name. */
  readonly hostname: string;
}

/**
 * Finds out the daemon's address: `--ip`, or what the machine's own name stands for, or loopback. A loopback address
 * is its own name: `localhost` may lead to another one.
 */
export async function findOwnAddress(flags: AddressFlags): Promise<OwnAddress> {
  const bindIp = flags.ip ?? (await addressOfMachine());
  const ip = flags.advertiseIp ?? (isUnspecified(bindIp) ? await addressOfMachine() : bindIp);
  const hostname = flags.hostname ?? (flags.hostnameLookup ? await nameOf(ip) : ip);
  return { bindIp, ip, hostname };
}

async function addressOfMachine(): Promise<string> {
  try {
    return (await lookup(machineName(), { family: 4 })).address;
  } catch {
    return '127.0.0.1'; // a machine without a name that resolves can only be reached from itself
  }
}

async function nameOf(ip: string): Promise<string> {
  if (ip.startsWith('127.') || ip === '::1') return ip;
  try {
    return (await lookupService(ip, 0)).hostname;
  } catch {
    return ip;
  }
}

const isUnspecified = (ip: string) => ip === '0.0.0.0' || ip === '::';

/** An IPv4 address as `MasterInfo.ip` carries it: its bytes in network order, read as a little-endian number. */
export function ipAsNumber(ip: string): number {
  const bytes = ip.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) {
    throw new CodedError('BAD_INPUT', `Cannot number the address ${ip}: four bytes with dots are wanted`);
  }
  return Buffer.from(bytes).readUInt32LE();
}
