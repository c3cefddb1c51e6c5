import { lookup, lookupService } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostname as machineName } from 'node:os';

/** What the flags say of a daemon's address; all may be left out. */
export interface AddressFlags {
  readonly ip: string | undefined;
  readonly advertiseIp: string | undefined;
  readonly hostname: string | undefined;
  readonly hostnameLookup: boolean;
}

/** Where a daemon listens and how others reach it. */
export interface OwnAddress {
  /** Address to listen on. */
  readonly listenIp: string;
  /** Address that others reach this daemon by. */
  readonly ip: string;
  /** Name that others know it by. */
  readonly hostname: string;
}

/**
 * Listens on --ip, else everywhere; tells others --advertise_ip, else --ip, else what this machine's name stands for. The
 * name is --hostname, else what a look-up of the address gives, else its digits. A failed look-up is no error.
 */
export async function ownAddress(flags: AddressFlags): Promise<OwnAddress> {
  const ip = flags.advertiseIp ?? flags.ip ?? (await addressOf(flags.hostname ?? machineName()));
  const hostname = flags.hostname ?? (flags.hostnameLookup ? await nameOf(ip) : ip);
  return { listenIp: flags.ip ?? '0.0.0.0', ip, hostname };
}

async function addressOf(name: string): Promise<string> {
  try {
    return (await lookup(name, { family: 4 })).address;
  } catch {
    return '127.0.0.1'; // a machine without name service is alone
  }
}

async function nameOf(ip: string): Promise<string> {
  try {
    const { hostname } = await lookupService(ip, 0);
    return isIP(hostname) ? ip : hostname;
  } catch {
    return ip;
  }
}
