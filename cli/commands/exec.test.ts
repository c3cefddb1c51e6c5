import { describe, expect, it } from 'vitest';
import { exitCodeOfWaitStatus, toCommand } from './exec.js';

describe('the words after exec', () => {
  it.each([
    [['ls -l'], { shell: true, value: 'ls -l' }],
    [['ls', '-l'], { shell: false, value: 'ls', arguments: ['ls', '-l'] }],
    [['--', 'ps', '-o', 'pid', '--', 'x'], { shell: false, value: 'ps', arguments: ['ps', '-o', 'pid', '--', 'x'] }],
    [['--', 'a b'], { shell: false, value: 'a b', arguments: ['a b'] }],
    [['-x'], { shell: true, value: '-x' }],
  ])('%j are %j', (words, command) => {
    expect(toCommand(words)).toEqual(command);
  });

  it('must hold a command', () => {
    expect(() => toCommand(['--'])).toThrow('a command is missing after "--"');
  });
});

describe('a wait status', () => {
  it.each([
    [0, 0],
    [3 << 8, 3],
    [255 << 8, 255],
    [9, 137],
    [15, 143],
    [11 | 0x80, 139], // with a core dump
    [undefined, 125],
  ])('%j is exit code %i', (status, code) => {
    expect(exitCodeOfWaitStatus(status)).toBe(code);
  });
});
