import { constants } from 'node:os';

/** How a command ended. */
export interface Ending {
  readonly exitCode?: number;
  readonly signal?: number;
}

/** The numbers of signals by the words that strsignal() has for them on Linux, as executors report them. */
const SIGNALS: Readonly<Record<string, number>> = {
  Hangup: constants.signals.SIGHUP,
  Interrupt: constants.signals.SIGINT,
  Quit: constants.signals.SIGQUIT,
  'Illegal instruction': constants.signals.SIGILL,
  'Trace/breakpoint trap': constants.signals.SIGTRAP,
  Aborted: constants.signals.SIGABRT,
  'Bus error': constants.signals.SIGBUS,
  'Floating point exception': constants.signals.SIGFPE,
  Killed: constants.signals.SIGKILL,
  'User defined signal 1': constants.signals.SIGUSR1,
  'Segmentation fault': constants.signals.SIGSEGV,
  'User defined signal 2': constants.signals.SIGUSR2,
  'Broken pipe': constants.signals.SIGPIPE,
  'Alarm clock': constants.signals.SIGALRM,
  Terminated: constants.signals.SIGTERM,
  'CPU time limit exceeded': constants.signals.SIGXCPU,
  'File size limit exceeded': constants.signals.SIGXFSZ,
  'Bad system call': constants.signals.SIGSYS,
};

/**
 * Reads how a command ended from the message of its last status: "Command exited with status 3", "Command terminated
 * with signal Killed". The wire has no other place for it. Empty when the message says something else.
 */
export function readEnding(message: string | null | undefined): Ending {
  const exited = /\bexited with status (\d+)/.exec(message ?? '');
  if (exited !== null) return { exitCode: Number(exited[1]) };
  const terminated = /\bterminated with signal (.+?)(?: \(core dumped\))?$/.exec(message ?? '');
  const name = terminated?.[1];
  if (name === undefined) return {};
  const signal =
    SIGNALS[name] ?? (/^Unknown signal (\d+)$/.exec(name)?.[1] === undefined ? undefined : Number(name.slice(15)));
  return signal === undefined ? {} : { signal };
}
