import { type LookupAddress, lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { CodedError } from '../../../common/runtime/errors.js';

const MOST_REDIRECTS = 10;

/** Link-local addresses, where clouds serve a machine's credentials to whoever asks. */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');

/** Opens a web address, following redirects to http and https. Fails when nothing comes for `stallTimeoutMs`. */
export async function openHttp(url: URL, stallTimeoutMs: number, signal: AbortSignal): Promise<Readable> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    if (at.protocol !== 'http:' && at.protocol !== 'https:') {
      throw new CodedError('REFUSED', `redirected to scheme '${at.protocol}', http or https is wanted`);
    }
    const response = await ask(at, stallTimeoutMs, signal);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    response.destroy();
    const { location } = response.headers;
    if (status < 300 || status > 399 || location === undefined) {
      throw new CodedError('UNREACHABLE', `server answered ${status}, 200 is wanted`);
    }
    at = redirect(at, location);
  }
  throw new CodedError('LIMIT', `redirected more than ${MOST_REDIRECTS} times`);
}

function ask(url: URL, stallTimeoutMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isForbidden(host)) throw forbidden(host);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const headers = { 'User-Agent': 'meseta', Accept: '*/*' };
    const request = send(url, { agent: false, lookup: lookupAllowed, headers, signal });
    let stalling: { destroy(error: Error): void } = request;
    request.setTimeout(stallTimeoutMs, () => {
      stalling.destroy(new CodedError('TIMED_OUT', `nothing came for ${stallTimeoutMs} ms`));
    });
    request.on('response', (response) => {
      stalling = response; // who reads it is to hear why it ended
      resolve(response);
    });
    request.on('error', reject);
    request.end();
  });
}

/** Credentials go to the host that they were given for only. */
function redirect(from: URL, location: string): URL {
  const to = new URL(location, from);
  if (to.host === from.host && to.username === '') {
    to.username = from.username;
    to.password = from.password;
  }
  return to;
}

/** Checks what a name resolves to, at the moment of connecting, so that a name cannot change its mind. */
const lookupAllowed: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const allowed = addresses?.filter(({ address }) => !isForbidden(address)) ?? [];
    const [first] = allowed;
    if (error !== null || first === undefined) done(error ?? forbidden(hostname), '', 0);
    else if (options.all) done(null, allowed);
    else done(null, first.address, first.family);
  });
};

function isForbidden(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && FORBIDDEN.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

const forbidden = (host: string) => new CodedError('REFUSED', `address of '${host}' is link-local`);
