import { asTyped } from './command-name.js';
import { EXIT } from './exit-codes.js';

/**
 * What Ctrl-C does while a command only follows something: says that the work goes on and how to follow it again, and
 * leaves. Dispose when there is nothing to follow any more.
 */
export function onInterrupt(hint: string, process: NodeJS.Process = globalThis.process): Disposable {
  const leave = () => {
    process.stderr.write(`\n${asTyped(hint)}\n`);
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', leave);
  return { [Symbol.dispose]: () => void process.off('SIGINT', leave) };
}
