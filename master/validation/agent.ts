import { isIP } from 'node:net';
import { validateResources } from '../../common/resources/validate.js';
import type { AgentInfo } from '../../proto/index.js';
import { validateId } from './id.js';
import { FINE, inPart, type Reasons, reasonIf } from './reasons.js';

/** What an agent says of itself when it registers or returns; `ip` is the address that others reach it by. */
export function validateAgent({ hostname, port, id, resources }: AgentInfo, ip: string | null | undefined): Reasons {
  return [
    ...reasonIf(hostname === '', 'Agent has an empty hostname'),
    ...reasonIf(port != null && (port < 0 || port > 65_535), `Agent has port ${port}, a port is from 0 to 65535`),
    ...reasonIf(ip != null && isIP(ip) === 0, `Agent has ip '${ip}', an IP address is wanted`),
    ...(id == null ? FINE : inPart('Agent has an invalid id', validateId(id.value))),
    ...inPart('Agent has invalid resources', validateResources(resources)),
  ];
}
