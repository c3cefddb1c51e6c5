import { type CheckInfo, type CheckStatusInfo, type HealthCheck, mesos } from '../../../proto/index.js';
import type { ProbeResult, ProbeSpec } from './prober.js';

const { COMMAND, HTTP, TCP } = mesos.v1.CheckInfo.Type;
const { IPv6 } = mesos.v1.NetworkInfo.Protocol;

/** Where a task is probed. */
export interface ProbePlace {
  /** IPv4 address on which it is asked over the network; see `probeAddress`. */
  readonly address: string;
  /** How a command beside it is run. */
  readonly inside: Pick<Extract<ProbeSpec, { kind: 'command' }>, 'containerId' | 'environment' | 'directory' | 'user'>;
}

/**
 * The address to probe tasks on: the loopback one, as in the original. Agents that stand for several hosts on one
 * machine have a loopback address each, and so have their tasks: there it is the agent's own `ip`.
 */
export function probeAddress(ip: string): string {
  return ip.startsWith('127.') ? ip : '127.0.0.1';
}

/** What to probe for a health check; undefined if it names nothing. */
export function healthProbe(check: HealthCheck, place: ProbePlace): ProbeSpec | undefined {
  if (check.http && check.type !== COMMAND && check.type !== TCP) {
    const { scheme, port, path, protocol } = check.http;
    return { kind: 'http', scheme: scheme ?? 'http', host: hostOf(place, protocol), port, path: pathOf(path) };
  }
  if (check.tcp && check.type !== COMMAND)
    return { kind: 'tcp', host: hostOf(place, check.tcp.protocol), port: check.tcp.port };
  return check.command ? { kind: 'command', command: check.command, ...place.inside } : undefined;
}

/** Whether a probe found the task healthy. */
export function isHealthy(check: HealthCheck, result: ProbeResult): boolean {
  switch (result.kind) {
    case 'exited':
      return result.code === 0;
    case 'answered': {
      const wanted = check.http?.statuses ?? [];
      if (wanted.length > 0) return wanted.includes(result.statusCode);
      return result.statusCode >= 200 && result.statusCode < 400;
    }
    case 'connected':
      return true;
    case 'refused':
    case 'failed':
      return false;
  }
}

/** What to probe for a check. */
export function checkProbe(check: CheckInfo, place: ProbePlace): ProbeSpec | undefined {
  switch (check.type) {
    case HTTP:
      if (!check.http) return undefined;
      return {
        kind: 'http',
        scheme: 'http',
        host: place.address,
        port: check.http.port,
        path: pathOf(check.http.path),
      };
    case TCP:
      return check.tcp ? { kind: 'tcp', host: place.address, port: check.tcp.port } : undefined;
    default:
      return check.command ? { kind: 'command', command: check.command.command, ...place.inside } : undefined;
  }
}

/** What a check reports; without a result, and when it could not be carried out, the empty status of its type. */
export function checkStatus(check: CheckInfo, result?: ProbeResult): CheckStatusInfo {
  switch (check.type) {
    case HTTP:
      return { type: HTTP, http: result?.kind === 'answered' ? { statusCode: result.statusCode } : {} };
    case TCP:
      if (result?.kind === 'connected') return { type: TCP, tcp: { succeeded: true } };
      return { type: TCP, tcp: result?.kind === 'refused' ? { succeeded: false } : {} };
    default:
      return { type: COMMAND, command: result?.kind === 'exited' ? { exitCode: result.code } : {} };
  }
}

function hostOf({ address }: ProbePlace, protocol: mesos.v1.NetworkInfo.Protocol | null | undefined): string {
  return protocol === IPv6 ? '::1' : address;
}

function pathOf(path: string | null | undefined): string {
  if (path == null || path === '') return '/';
  return path.startsWith('/') ? path : `/${path}`;
}
