import { API_VERSION } from '../common/version.js';
import { type MasterInfo, mesos } from '../proto/index.js';
import type { MasterOptions } from './options.js';

const { AGENT_UPDATE, AGENT_DRAINING, QUOTA_V2 } = mesos.v1.MasterInfo.Capability.Type;

/** How a master introduces itself to frameworks and to those who look for the leader. */
export function createMasterInfo(id: string, { hostname, ip, port }: MasterOptions): MasterInfo {
  return {
    id,
    ip: packIp(ip),
    port,
    pid: `master@${ip}:${port}`,
    hostname,
    version: API_VERSION,
    address: { hostname, ip, port },
    capabilities: [{ type: AGENT_UPDATE }, { type: AGENT_DRAINING }, { type: QUOTA_V2 }],
  };
}

/** An IPv4 address as one number, first byte lowest, as the old field wants it; 0 for anything else. */
function packIp(ip: string): number {
  const bytes = ip.split('.').map(Number);
  const isIpv4 = bytes.length === 4 && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  return isIpv4 ? bytes.reduceRight((sum, byte) => sum * 256 + byte, 0) : 0;
}
