import type { JobsRefusal } from '../cli/api.js';

/** Longest value that is shown in a problem, in characters. */
const SHOWN_MOST = 100;

/** Why the files that a submission wants cannot be fetched, one problem each; whatever else it is, it is not judged. */
export function uriProblems(submission: unknown): JobsRefusal['problems'] {
  const uris = fieldOf(submission, 'uris');
  if (!Array.isArray(uris)) return [];
  return uris.flatMap((uri: unknown, at) => {
    const [value, outputFile] = [fieldOf(uri, 'value'), fieldOf(uri, 'outputFile')];
    const field = `uris.${at}`;
    const problems: JobsRefusal['problems'] = [];
    if (typeof value === 'string' && value !== '') {
      const wanted = addressProblem(value) ?? (outputFile === undefined ? nameProblem(value) : undefined);
      if (wanted !== undefined)
        problems.push({ field: `${field}.value`, message: `${wanted}, got "${value.slice(0, SHOWN_MOST)}"` });
    }
    if (typeof outputFile === 'string' && outputFile !== '' && !isBelowSandbox(outputFile))
      problems.push({
        field: `${field}.outputFile`,
        message: `must be a file name, or a path below the sandbox, got "${outputFile}"`,
      });
    return problems;
  });
}

/** Agents fetch from the web and from files of their own: a path stands for itself. */
function addressProblem(uri: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return /^(https?|file):/i.test(uri) ? 'must have "//" after its scheme' : undefined;
  if (!['http', 'https', 'file'].includes(scheme))
    return `must be a path or begin with http://, https:// or file://: "${scheme}" is not known to agents`;
  if (!URL.canParse(uri)) return 'must be a URI that makes sense';
  const local = scheme !== 'file' || ['', 'localhost'].includes(new URL(uri).hostname);
  return local ? undefined : "must name no host: the file is the agent's, file:///path";
}

/** A file takes its name from what stands after the last slash of the path. */
function nameProblem(uri: string): string | undefined {
  const path = uri.includes('://') ? uri.replace(/[?#].*$/, '').replace(/^[^:]*:\/\/[^/]*/, '') : uri;
  const name = path.replace(/\/+$/, '').replace(/^.*\//, '');
  return ['', '.', '..'].includes(name) ? 'must end in a file name, or come with an outputFile' : undefined;
}

function isBelowSandbox(path: string): boolean {
  const parts = path.split('/');
  return !path.startsWith('/') && !parts.includes('..') && !['', '.'].includes(parts.at(-1) ?? '');
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
