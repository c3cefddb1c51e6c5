import { describe, expect, it } from 'vitest';
import { messageOf } from '../common/runtime/errors.js';
import { AGENT_FLAGS } from './flag-table.js';
import { agentHelp, readAgentFlags } from './flags.js';
import { AGENT_DEFAULTS } from './ports.js';

const NEEDED = ['--master=10.0.0.1:5050', '--work_dir=/w'];
const read = (...argv: string[]) => readAgentFlags({ argv: [...NEEDED, ...argv], env: {} });

function refusal(argv: string[]): string {
  try {
    readAgentFlags({ argv, env: {} });
    return 'accepted';
  } catch (error) {
    return messageOf(error);
  }
}

/** A flag, a wrong value, and what the answer says of it. */
const WRONG: readonly [flag: string, value: string, wanted: string][] = [
  ['master', 'nowhere:', 'must be the address of the master as host:port'],
  ['master', '10.0.0.1:70000', 'must be the address of the master'],
  ['master', 'zk://a:2181/mesos', 'cannot be had: several masters through ZooKeeper'],
  ['work_dir', '', 'must be a path'],
  ['port', 'http', 'must be a port'],
  ['resources', 'cpus', 'must be resources such as cpus:4'],
  ['resources', 'cpus:-1', 'must be resources'],
  ['resources', '[{"name": 7}]', 'must be resources'],
  ['attributes', 'rack', 'must be names and values such as rack:r1'],
  ['default_role', 'a b', 'must be the name of a role'],
  ['registration_backoff_factor', '1', 'must be a duration'],
  ['recover', 'maybe', 'must be reconnect or cleanup'],
  ['recovery_timeout', '15', 'must be a duration'],
  ['reconfiguration_policy', 'any', 'must be equal or additive'],
  ['strict', 'very', 'must be true or false'],
  ['executor_registration_timeout', '1min', 'must be a duration'],
  ['executor_reregistration_timeout', '', 'must be a duration'],
  ['executor_shutdown_grace_period', '-5secs', 'must be a duration'],
  ['executor_environment_variables', '{"A": 1}', 'must be a JSON object of texts'],
  ['executor_environment_variables', 'A=1', 'must be a JSON object of texts'],
  ['max_completed_executors_per_framework', '-1', 'must be a whole number'],
  ['http_heartbeat_interval', '0ns', 'must be a duration'],
  ['containerizers', 'docker,mesos', 'cannot be had: docker is not in this version, use mesos'],
  ['launcher', 'linux', 'cannot be had: isolation by cgroups and namespaces is not in this version'],
  ['launcher', 'windows', 'must be posix or linux'],
  ['isolation', 'cgroups/cpu,posix/mem', 'cannot be had: cgroups/cpu is not in this version'],
  ['switch_user', 'root', 'must be true or false'],
  ['container_logger_max_stdout_size', '10', 'must be a size of at least 4KB'],
  ['container_logger_max_stderr_size', '1KB', 'must be a size of at least 4KB'],
  ['container_logger_max_files', '0', 'must be a whole number from 1 to 1000'],
  ['disk_watch_interval', 'often', 'must be a duration'],
  ['gc_delay', '1week', 'must be a duration'],
  ['gc_disk_headroom', '10%', 'must be a number from 0 to 1'],
  ['fetcher_cache_size', '2G', 'must be a size'],
  ['fetcher_stall_timeout', '60', 'must be a duration'],
  ['perf_interval', 'x', 'must be a duration'],
  ['default_container_dns', 'dns', 'must be a JSON object'],
];

describe('readAgentFlags()', () => {
  it('has the defaults of the core', () => {
    const { environment: _, ...same } = AGENT_DEFAULTS;
    expect(read().flags).toMatchObject(same);
    expect(read().warnings).toEqual([]);
  });

  it.each([
    ['10.0.0.1', '10.0.0.1:5050'],
    ['master@10.0.0.1:6060', '10.0.0.1:6060'],
    ['web-1.example.com:5050', 'web-1.example.com:5050'],
    ['[::1]:5050', '[::1]:5050'],
  ])('finds the master %s at %s', (given, address) => {
    expect(readAgentFlags({ argv: [`--master=${given}`, '--work_dir=/w'], env: {} }).flags.master).toBe(address);
  });

  it('hands on resources as given, for what they leave out is found, and reads attributes', () => {
    const { flags } = read('--resources=cpus:4;gpus:0', '--default_role=web', '--attributes=rack:r1');
    expect(flags).toMatchObject({ resources: 'cpus:4;gpus:0', defaultRole: 'web', attributes: [{ name: 'rack' }] });
  });

  it.each(WRONG)('answers --%s=%s by naming flag, value and what is wanted', (flag, value, wanted) => {
    const text = refusal([...NEEDED.filter((needed) => !needed.startsWith(`--${flag}=`)), `--${flag}=${value}`]);
    expect(text).toMatch(/^Cannot start agent:\n/);
    expect(text).toContain(`--${flag} ${wanted}`);
    expect(text).toContain(flag === 'executor_environment_variables' ? 'got "(hidden)"' : `got "${value}"`);
    expect(text).toContain('(command line)');
  });

  it('says all that is missing', () => {
    expect(refusal([])).toMatch(/--master is missing: give the address.*\n.*--work_dir is missing: give a folder/);
  });

  it('makes folders absolute and puts its own below the work folder', () => {
    const { flags } = readAgentFlags({ argv: ['--master=m:1', '--work_dir=w'], env: {} });
    expect(flags.workDir).toBe(`${process.cwd()}/w`);
    expect(flags.runtimeDir).toBe(`${process.cwd()}/w/run`);
    expect(flags.fetcher.cache).toEqual({ directory: `${process.cwd()}/w/fetch-cache`, maxBytes: 2 ** 31 });
  });

  it('says once of each flag without effect that was set, why it has none, and nothing of the others', () => {
    const idle = Object.entries(AGENT_FLAGS).filter(([, row]) => row.withoutEffect !== undefined);
    const values = ['{}', 'true', 'false', '/a', '3secs', '77', '77KB', '10.0.0.9', 'x'];
    const wrong = idle.filter(([name, { withoutEffect }]) => {
      const warnings = values.map((value) => {
        try {
          return read(`--${name}=${value}`).warnings;
        } catch {
          return []; // not of its kind
        }
      });
      return !warnings.some((told) => told.join() === `--${name} has no effect: ${withoutEffect}`);
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
    expect(idle.length).toBeGreaterThan(80);
    expect(read('--gc_delay=1hrs', '--no-switch_user', '--isolation=posix/mem').warnings).toEqual([]);
  });

  it('explains every flag', () => {
    expect(agentHelp(72)).toContain('--gc_disk_headroom=NUMBER');
  });
});
