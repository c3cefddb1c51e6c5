import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ProbeResult, ProbeSpec } from '../executor/checks/prober.js';

type HttpProbe = Extract<ProbeSpec, { kind: 'http' }>;

/**
 * Asks for a page once, on a connection of its own, following no redirect; the status alone matters, so the body is
 * not read. Certificates are not checked: the task under probe often has one of its own making. Returns a cancel.
 */
export function probeHttp({ scheme, host, port, path }: HttpProbe, done: (result: ProbeResult) => void): () => void {
  if (scheme !== 'http' && scheme !== 'https') {
    const pending = setImmediate(done, {
      kind: 'failed',
      message: `Unsupported scheme '${scheme}': http or https is wanted`,
    });
    return () => clearImmediate(pending);
  }
  const options: RequestOptions = { host, port, path, agent: false, headers: { 'User-Agent': 'meseta' } };
  const request = scheme === 'https' ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
  request.on('response', (response) => {
    done({ kind: 'answered', statusCode: response.statusCode ?? 0 });
    request.destroy();
  });
  request.on('error', (error) => done({ kind: 'failed', message: error.message }));
  request.end();
  return () => request.destroy();
}
