import { describe, expect, it } from 'vitest';
import { ancestorsOf, isInSubtree, isStrictSubrole, validateRole } from './roles.js';

describe('validateRole()', () => {
  it.each(['*', 'web', 'web/shop', 'a.b-c_d', '...'])('accepts %s', (role) => {
    expect(validateRole(role)).toBeUndefined();
  });

  it.each([
    ['', 'Role names cannot be the empty string'],
    ['/bad', "Role '/bad' cannot start with a slash"],
    ['bad/', "Role 'bad/' cannot end with a slash"],
    ['a//b', "Role 'a//b' cannot contain two adjacent slashes"],
    ['a/../b', "Role 'a/../b' cannot include '..' as a component"],
    ['a/*', "Role 'a/*' cannot include '*' as a component"],
    ['a/-b', "Role component '-b' is invalid because it starts with a dash"],
    ['a b', "Role component 'a b' is invalid because it contains backspace or whitespace"],
  ])('refuses "%s"', (role, reason) => {
    expect(validateRole(role)).toBe(reason);
  });
});

describe('role hierarchy', () => {
  it('follows whole components', () => {
    expect(isStrictSubrole('web/shop', 'web')).toBe(true);
    expect(isStrictSubrole('website', 'web')).toBe(false);
    expect(isStrictSubrole('web', 'web')).toBe(false);
    expect(isInSubtree('web', 'web')).toBe(true);
  });

  it('lists ancestors outermost first', () => {
    expect(ancestorsOf('a/b/c')).toEqual(['a', 'a/b']);
    expect(ancestorsOf('a')).toEqual([]);
  });
});
