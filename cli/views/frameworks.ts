import { type MasterCall, type MasterResponse, mesos } from '../../proto/index.js';
import type { OperatorClient } from '../cluster/operator-client.js';
import type { Listing } from '../output/printer.js';
import { ago, scalarOf, trimNumber } from './format.js';
import { plainFramework } from './plain.js';

/** A framework as the master's GET_FRAMEWORKS has it. */
export type FrameworkRow = mesos.v1.master.Response.GetFrameworks.Framework.$Properties;

/** The frameworks that have not been torn down, by name; with `all` also those that have. */
export async function readFrameworks(
  master: OperatorClient<MasterCall, MasterResponse>,
  all = false,
): Promise<FrameworkRow[]> {
  const response = await master.call({ type: mesos.v1.master.Call.Type.GET_FRAMEWORKS });
  const { frameworks, completedFrameworks } = response.getFrameworks ?? {};
  const rows = [...(frameworks ?? []), ...(all ? (completedFrameworks ?? []) : [])];
  return rows.sort((a, b) => (a.frameworkInfo.name < b.frameworkInfo.name ? -1 : 1));
}

const roles = ({ frameworkInfo }: FrameworkRow) =>
  (frameworkInfo.roles ?? []).length > 0 ? (frameworkInfo.roles ?? []).join(',') : (frameworkInfo.role ?? '*');

function stateOf({ active, connected, unregisteredTime }: FrameworkRow): string {
  if (unregisteredTime != null) return 'completed';
  if (connected !== true) return 'disconnected';
  return active === true ? 'active' : 'inactive';
}

/** Columns of the list of frameworks: what is allocated to each, in cores and MiB. */
export const FRAMEWORK_LISTING: Listing<FrameworkRow> = {
  name: ({ frameworkInfo }) => frameworkInfo.id?.value ?? '',
  data: plainFramework,
  empty: 'No frameworks. The local cluster brings one along: meseta up',
  columns: [
    { title: 'ID', of: ({ frameworkInfo }) => frameworkInfo.id?.value ?? '' },
    { title: 'NAME', of: ({ frameworkInfo }) => frameworkInfo.name },
    {
      title: 'STATE',
      of: stateOf,
      paint: (cell, row, style) => (stateOf(row) === 'active' ? style.green(cell) : style.yellow(cell)),
    },
    { title: 'ROLES', of: roles },
    { title: 'CPUS', align: 'right', of: (row) => trimNumber(scalarOf(row.allocatedResources, 'cpus')) },
    { title: 'MEM', align: 'right', of: (row) => trimNumber(scalarOf(row.allocatedResources, 'mem')) },
    { title: 'SINCE', align: 'right', of: (row) => ago((row.registeredTime?.nanoseconds ?? 0) / 1e6, Date.now()) },
    { title: 'WEBUI', of: ({ frameworkInfo }) => frameworkInfo.webuiUrl ?? '' },
  ],
  wide: [
    { title: 'USER', of: ({ frameworkInfo }) => frameworkInfo.user },
    { title: 'FAILOVER', align: 'right', of: ({ frameworkInfo }) => `${frameworkInfo.failoverTimeout ?? 0}s` },
  ],
};
