const WHITESPACE_OR_DELETE = /[\t\n\v\f\r \u007f]/;

/** The role that everyone may use, and that unreserved resources are said to have. */
export const DEFAULT_ROLE = '*';

/** What is wrong with a role's name, in the original's words; undefined when nothing is. */
export function validateRole(role: string): string | undefined {
  if (role === DEFAULT_ROLE) return undefined;
  if (role === '') return 'Role names cannot be the empty string';
  if (role.startsWith('/')) return `Role '${role}' cannot start with a slash`;
  if (role.endsWith('/')) return `Role '${role}' cannot end with a slash`;
  if (role.includes('//')) return `Role '${role}' cannot contain two adjacent slashes`;
  for (const component of role.split('/')) {
    const problem = validateComponent(role, component);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether `role` lies strictly below `ancestor`: `a/b/c` below `a/b` and `a`. Nothing lies below `*`. */
export function isStrictSubrole(role: string, ancestor: string): boolean {
  return role.length > ancestor.length && role.startsWith(ancestor) && role[ancestor.length] === '/';
}

/** Whether `role` is `ancestor` or lies below it. */
export function isInSubtree(role: string, ancestor: string): boolean {
  return role === ancestor || isStrictSubrole(role, ancestor);
}

/** The roles above `role`, outermost first: `a` and `a/b` for `a/b/c`. */
export function ancestorsOf(role: string): readonly string[] {
  const components = role.split('/');
  return components.slice(1).map((_, index) => components.slice(0, index + 1).join('/'));
}

function validateComponent(role: string, component: string): string | undefined {
  if (component === '.' || component === '..' || component === '*') {
    return `Role '${role}' cannot include '${component}' as a component`;
  }
  if (component.startsWith('-')) return `Role component '${component}' is invalid because it starts with a dash`;
  if (WHITESPACE_OR_DELETE.test(component)) {
    return `Role component '${component}' is invalid because it contains backspace or whitespace`;
  }
  return undefined;
}
