import type { PosixContainerizer } from '../containerizer/posix-containerizer.js';
import { openSession } from '../containerizer/sessions.js';
import type { RecordedExit } from '../containerizer/spawner/protocol.js';
import type { ProbeResult, Prober, ProbeSpec } from '../executor/checks/prober.js';
import { probeHttp } from './http-probe.js';
import { probeTcp } from './tcp-probe.js';

type CommandProbe = Extract<ProbeSpec, { kind: 'command' }>;

/** Probes for real: commands inside the task's container, their output at the end of its `stderr`; HTTP; TCP. */
export function createProber(containerizer: PosixContainerizer): Prober {
  return {
    probe(spec, done) {
      let cancelled = false;
      const once = (result: ProbeResult) => {
        if (!cancelled) done(result);
        cancelled = true;
      };
      const stop = start(containerizer, spec, once);
      return () => {
        cancelled = true;
        stop();
      };
    },
  };
}

/** Starts a probe and returns what ends it. */
function start(containerizer: PosixContainerizer, spec: ProbeSpec, done: (result: ProbeResult) => void): () => void {
  switch (spec.kind) {
    case 'command':
      return probeCommand(containerizer, spec, done);
    case 'http':
      return probeHttp(spec, done);
    case 'tcp':
      return probeTcp(spec, done);
  }
}

function probeCommand(
  containerizer: PosixContainerizer,
  { kind: _, ...spec }: CommandProbe,
  done: (result: ProbeResult) => void,
): () => void {
  const receiver = { output: () => {}, ended: (exit: RecordedExit) => done(toResult(exit)) };
  return openSession(containerizer, spec, receiver, 'stderr').close;
}

function toResult(exit: RecordedExit): ProbeResult {
  switch (exit.kind) {
    case 'exited':
      return exit;
    case 'signaled':
      return { kind: 'failed', message: `Command was killed by signal ${exit.signal}` };
    case 'failed':
      return { kind: 'failed', message: exit.message };
    case 'unknown':
      return { kind: 'failed', message: exit.message ?? 'The end of the command could not be observed' };
  }
}
