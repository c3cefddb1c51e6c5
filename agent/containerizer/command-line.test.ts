import { describe, expect, it } from 'vitest';
import { commandLineOf } from './command-line.js';
import { parsePasswd } from './users.js';

describe('commandLineOf()', () => {
  it('takes a command for a shell line unless told otherwise', () => {
    expect(commandLineOf({ value: 'a | b' })).toEqual({ file: '/bin/sh', argv: ['sh', '-c', 'a | b'] });
  });

  it('takes arguments as they are, the first as argv[0]', () => {
    const command = { shell: false, value: '/bin/echo', arguments: ['echo', '$HOME'] };
    expect(commandLineOf(command)).toEqual({ file: '/bin/echo', argv: ['echo', '$HOME'] });
    expect(commandLineOf({ shell: false, value: 'ls' })).toEqual({ file: 'ls', argv: ['ls'] });
  });
});

describe('parsePasswd()', () => {
  it('skips what is no user, and takes the first of a name', () => {
    const text = '# comment\nroot:x:0:0::/root:/bin/sh\nweb:x:33:34::/:\nbad:x:abc:1::\nweb:x:99:99::/:\n+nis\n';
    expect([...parsePasswd(text)]).toEqual([
      ['root', { uid: 0, gid: 0 }],
      ['web', { uid: 33, gid: 34 }],
    ]);
  });
});
