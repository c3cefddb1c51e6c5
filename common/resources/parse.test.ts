import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../runtime/errors.js';
import { formatResources, parseResources } from './parse.js';
import { summarize, summarizeQuantities } from './summary.js';

const problemsOf = (text: string): readonly string[] => {
  try {
    parseResources(text);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'BAD_INPUT') return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
};

describe('parseResources()', () => {
  it('reads scalars, ranges, sets and static reservations', () => {
    const read = parseResources(' cpus:4; mem:1024.5;ports:[31000-31009, 31020-31029];zones:{a,b};cpus(web):2;');
    expect(read.toString()).toBe(
      'cpus:4; mem:1024.5; ports:[31000-31009, 31020-31029]; zones:{a, b}; cpus(reservations: [(STATIC,web)]):2',
    );
  });

  it('reserves what names no role for the default role', () => {
    expect(parseResources('cpus:1;mem(*):2', { defaultRole: 'web' }).toString()).toBe(
      'cpus(reservations: [(STATIC,web)]):1; mem:2',
    );
  });

  it('reads the JSON form, disks with a source included', () => {
    const read = parseResources(`[
      {"name": "cpus", "type": "SCALAR", "scalar": {"value": 2}, "role": "web"},
      {"name": "disk", "type": "SCALAR", "scalar": {"value": 10},
       "disk": {"source": {"type": "MOUNT", "mount": {"root": "/mnt/a"}}}}]`);
    expect(read.toString()).toBe('cpus(reservations: [(STATIC,web)]):2; disk[MOUNT:/mnt/a]:10');
  });

  it('accepts nothing at all, and zeros', () => {
    expect(parseResources('').isEmpty).toBe(true);
    expect(parseResources('gpus:0').isEmpty).toBe(true);
  });

  it('names every problem of a text at once', () => {
    expect(problemsOf('cpus;mem:lots;cpus(a:1;ports:[1-x];disk:-4;x:{a;ports:[5-1]')).toEqual([
      "Bad value for resources, missing or extra ':' in cpus",
      'Bad value for resources, mem is the text "lots", a number, [ranges] or {set} is wanted',
      'Bad value for resources, mismatched parentheses in cpus(a:1',
      'Bad value for resources, "[1-x]" of ports holds "1-x", a range such as 31000-32000 is wanted',
      'Bad value for resources, "{a" of x lacks the closing "}"',
      "Resource 'disk:-4' is invalid: Invalid scalar resource: value <= 0",
      "Resource 'ports:[5-1]' is invalid: Invalid ranges resource: begin > end",
    ]);
  });

  it('refuses one name with two types', () => {
    expect(problemsOf('ports:4;ports:[1-2]')).toEqual([
      "Resources with the same name ('ports') but different types are not allowed",
    ]);
  });

  it('refuses in JSON what only programs may set, and says where', () => {
    const cpus = '"name": "cpus", "type": "SCALAR", "scalar": {"value": 2}';
    expect(problemsOf(`[{${cpus}, "revocable": {}}, {"name": "x", "type": "MANY"}]`)).toEqual([
      expect.stringMatching(/^resources\[0\]\.revocable: Revocable resources cannot be specified at the command line/),
      expect.stringMatching(/^resources\[1\]\.type: /),
    ]);
    expect(problemsOf('[{')).toEqual([expect.stringMatching(/^not JSON/)]);
  });

  it('reads again what formatResources() wrote', () => {
    const scalar = fc.tuple(fc.constantFrom('cpus', 'mem', 'disk(web)'), fc.integer({ min: 0, max: 10_000_000 }));
    const range = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(scalar), fc.array(range, { minLength: 1 }), (scalars, ranges) => {
        const merged = parseResources(scalars.map(([name, milli]) => `${name}:${milli / 1000}`).join(';'));
        const ports = ranges.map(([begin], index) => `${begin + index * 200}-${begin + index * 200 + 7}`);
        const all = merged.plus(parseResources(`ports:[${ports.join(',')}]`));
        expect(parseResources(formatResources(all)).equals(all)).toBe(true);
      }),
    );
  });
});

describe('summarize()', () => {
  it('shows zeros for the four that are always there, and ranges as text', () => {
    const read = parseResources('cpus:3.9;mem:4064;cpus(web):1;ports:[31000-31001,31005-31006];zones:{a,b}');
    expect(summarize(read)).toEqual({
      cpus: 4.9,
      disk: 0,
      gpus: 0,
      mem: 4064,
      ports: '[31000-31001, 31005-31006]',
      zones: '{a, b}',
    });
  });

  it('counts ports for roles', () => {
    expect(summarizeQuantities(parseResources('cpus:4;ports:[31000-32000]'))).toEqual({ cpus: 4, ports: 1001 });
  });
});
