import { connect } from 'node:net';
import type { ProbeResult, ProbeSpec } from '../executor/checks/prober.js';

type TcpProbe = Extract<ProbeSpec, { kind: 'tcp' }>;

/** Connects and closes at once. Returns a cancel. */
export function probeTcp({ host, port }: TcpProbe, done: (result: ProbeResult) => void): () => void {
  const socket = connect({ host, port });
  socket.on('connect', () => {
    done({ kind: 'connected' });
    socket.destroy();
  });
  socket.on('error', (error) => done({ kind: 'refused', message: error.message }));
  return () => socket.destroy();
}
