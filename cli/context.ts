import type { Command } from 'commander';
import type { MasterCall, MasterResponse } from '../proto/index.js';
import { chooseMaster, type MasterAddress } from './cluster/address.js';
import { masterClient, type OperatorClient } from './cluster/operator-client.js';
import { readState, stateDirOf } from './local/state.js';
import {
  formatDocument,
  formatListing,
  type Listing,
  type OutputFormat,
  parseOutputFormat,
  type Terminal,
} from './output/printer.js';
import { type ColorChoice, createStyle, wantsColor } from './output/style.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly master?: string;
  readonly output?: string;
  readonly color?: ColorChoice;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** What a command works with: the streams, the environment, and the way to the cluster. Made once per process. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  readonly format: OutputFormat;
  /** Whether the output is for people to read, and not one of the formats for machines. */
  readonly forPeople: boolean;
  /** Folder of the local cluster. */
  readonly stateDir: string;
  readonly masterAddress: () => Promise<MasterAddress>;
  readonly master: () => Promise<OperatorClient<MasterCall, MasterResponse>>;
  /** Prints rows in the format asked for. */
  list<Row>(rows: readonly Row[], listing: Listing<Row>): void;
  /** Prints one document in the format asked for. */
  document(data: unknown, name: string): void;
  /** A line for people, on standard error. */
  say(text: string): void;
}

/** Builds the context of a command from its global options and the process it runs in. */
export function contextOf(command: Command, process: NodeJS.Process = globalThis.process): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const color = wantsColor(options.color ?? 'auto', process.stdout.isTTY === true, process.env);
  const terminal: Terminal = {
    out: {
      write: (text) => void process.stdout.write(text),
      writeBytes: (data) => void process.stdout.write(data),
      isTerminal: process.stdout.isTTY === true,
      columns: widthOf(process),
    },
    err: {
      write: (text) => void process.stderr.write(text),
      writeBytes: (data) => void process.stderr.write(data),
      isTerminal: process.stderr.isTTY === true,
    },
    style: createStyle(color),
  };
  const format = options.quiet === true ? 'name' : parseOutputFormat(options.output ?? 'table');
  const stateDir = stateDirOf(process.env);
  const masterAddress = async () => {
    const local = await readState(stateDir);
    return chooseMaster(options.master, process.env, local.kind === 'none' ? undefined : local.cluster.master);
  };
  return {
    env: process.env,
    terminal,
    format,
    forPeople: format === 'table' || format === 'wide',
    stateDir,
    masterAddress,
    master: async () => {
      const { address, origin } = await masterAddress();
      return masterClient(address, origin);
    },
    list: (rows, listing) => terminal.out.write(formatListing(rows, listing, format, terminal)),
    document: (data, name) => terminal.out.write(formatDocument(data, format, name)),
    say: (text) => terminal.err.write(`${text}\n`),
  };
}

function widthOf(process: NodeJS.Process): number | undefined {
  const columns = Number(process.env['COLUMNS'] ?? '');
  return Number.isInteger(columns) && columns > 0 ? columns : process.stdout.columns;
}
