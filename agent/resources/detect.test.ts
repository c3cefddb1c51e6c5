import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { detectResources, inspectMachine } from './detect.js';

const large = { cpus: 8, memMib: 16_384, diskMib: 102_400 };
const small = { cpus: 1, memMib: 1_000, diskMib: 4_000 };

describe('detectResources()', () => {
  it('leaves 1 GiB of memory and 5 GiB of disk to a large machine', () => {
    expect(detectResources(large).toString()).toBe('cpus:8; mem:15360; disk:97280; ports:[31000-32000]');
  });

  it('leaves half of both to a small machine', () => {
    expect(detectResources(small).toString()).toBe('cpus:1; mem:500; disk:2000; ports:[31000-32000]');
  });

  it('detects only what is not given, and takes 0 as given', () => {
    const resources = detectResources(large, 'cpus:2.5;disk:0;licenses:3');
    expect(resources.scalar('cpus')).toBe(2.5);
    expect(resources.scalar('disk')).toBe(0);
    expect(resources.scalar('mem')).toBe(15_360);
    expect(resources.names()).toContain('licenses');
  });

  it('takes a name given for a role only as given', () => {
    expect(detectResources(large, 'cpus(web):2').scalar('cpus')).toBe(2);
  });

  it('reads names from JSON too', () => {
    const given = JSON.stringify([{ name: 'mem', type: 'SCALAR', scalar: { value: 64 } }]);
    expect(detectResources(large, given).scalar('mem')).toBe(64);
  });

  it('finds something of each on this machine', async () => {
    const machine = await inspectMachine(tmpdir());
    for (const amount of Object.values(machine)) expect(amount).toBeGreaterThan(0);
  });
});
