import type { AgentPorts } from './ports.js';

/**
 * The same ports, deaf once `alive` says no: an agent that was stopped hears of nothing and writes nothing, exactly as
 * if its process had been killed.
 */
export function guardPorts(ports: AgentPorts, alive: () => boolean): AgentPorts {
  const live =
    <Args extends unknown[]>(callback: (...args: Args) => void) =>
    (...args: Args) => {
      if (alive()) callback(...args);
    };
  const { clock, store, containerizer, prober } = ports;
  return {
    ...ports,
    clock: {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs(),
      after: (delayMs, fire) => clock.after(delayMs, live(fire)),
    },
    store: {
      read: (prefix, done) => store.read(prefix, live(done)),
      write: (changes, done) => {
        if (alive()) store.write(changes, live(done));
      },
      close: () => store.close(),
    },
    containerizer: {
      launch: (spec, started) => containerizer.launch(spec, live(started)),
      signal: (id, signal) => containerizer.signal(id, signal),
      destroy: (id) => containerizer.destroy(id),
      onExit: (listener) => containerizer.onExit(live(listener)),
      recover: (known, done) => containerizer.recover(known, live(done)),
      forget: (id) => containerizer.forget(id),
    },
    prober: { probe: (spec, done) => prober.probe(spec, live(done)) },
    fatal: live(ports.fatal),
    exit: live(ports.exit),
  };
}
