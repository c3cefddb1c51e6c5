import { type HealthCheck, mesos } from '../../proto/index.js';
import { validateCheckCommand, validateSeconds } from './check-parts.js';
import { FINE, inPart, type Reasons, reasonIf } from './reasons.js';

const { COMMAND, HTTP, TCP } = mesos.v1.HealthCheck.Type;

/** A task's health check: its type is set, what the type needs is there, and no duration is negative. */
export function validateHealthCheck(check: HealthCheck | null | undefined): Reasons {
  if (!check) return FINE;
  return inPart('Task uses invalid health check', [...validateKind(check), ...validateDurations(check)]);
}

function validateKind({ type, command, http, tcp }: HealthCheck): Reasons {
  switch (type) {
    case null:
    case undefined:
      return ["HealthCheck must specify 'type'"];
    case COMMAND:
      if (!command) return ["Expecting 'command' to be set for COMMAND health check"];
      return validateCheckCommand('Command health check', "Health check's", command);
    case HTTP:
      return http ? validateHttp(http) : ["Expecting 'http' to be set for HTTP health check"];
    case TCP:
      return reasonIf(!tcp, "Expecting 'tcp' to be set for TCP health check");
    default:
      return ["'UNKNOWN' is not a valid health check type"];
  }
}

function validateHttp({ scheme, path }: NonNullable<HealthCheck['http']>): Reasons {
  const known = scheme == null || scheme === 'http' || scheme === 'https';
  return [
    ...reasonIf(!known, `Unsupported HTTP health check scheme: '${scheme}'`),
    ...reasonIf(path != null && !path.startsWith('/'), `The path '${path}' of HTTP health check must start with '/'`),
  ];
}

function validateDurations(check: HealthCheck): Reasons {
  return [
    ...validateSeconds('delay_seconds', check.delaySeconds),
    ...validateSeconds('grace_period_seconds', check.gracePeriodSeconds),
    ...validateSeconds('interval_seconds', check.intervalSeconds),
    ...validateSeconds('timeout_seconds', check.timeoutSeconds),
  ];
}
