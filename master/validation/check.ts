import { type CheckInfo, mesos } from '../../proto/index.js';
import { validateCheckCommand, validateSeconds } from './check-parts.js';
import { FINE, inPart, type Reasons, reasonIf } from './reasons.js';

const { COMMAND, HTTP, TCP } = mesos.v1.CheckInfo.Type;

/** A task's check, the one that reports only. */
export function validateCheck(check: CheckInfo | null | undefined): Reasons {
  if (!check) return FINE;
  return inPart('Task uses invalid check', [
    ...validateKind(check),
    ...validateSeconds('delay_seconds', check.delaySeconds),
    ...validateSeconds('interval_seconds', check.intervalSeconds),
    ...validateSeconds('timeout_seconds', check.timeoutSeconds),
  ]);
}

function validateKind({ type, command, http, tcp }: CheckInfo): Reasons {
  switch (type) {
    case null:
    case undefined:
      return ["CheckInfo must specify 'type'"];
    case COMMAND:
      if (!command) return ["Expecting 'command' to be set for COMMAND check"];
      return validateCheckCommand('Command check', "Check's", command.command);
    case HTTP: {
      if (!http) return ["Expecting 'http' to be set for HTTP check"];
      const { path } = http;
      return reasonIf(path != null && !path.startsWith('/'), `The path '${path}' of HTTP check must start with '/'`);
    }
    case TCP:
      return reasonIf(!tcp, "Expecting 'tcp' to be set for TCP check");
    default:
      return ["'UNKNOWN' is not a valid check type"];
  }
}
