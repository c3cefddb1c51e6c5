import type { PosixContainerizer } from '../containerizer/posix-containerizer.js';
import { openSession } from '../containerizer/sessions.js';
import type { StartSession } from './api-ports.js';

/** Starts sessions through the spawner of the containerizer. */
export function sessionStarter(containerizer: PosixContainerizer): StartSession {
  return (request, listener) => openSession(containerizer, request, listener);
}
