import type { FrameworkId } from '../../common/ids.js';
import type { Link } from '../../common/link.js';
import type { SchedulerEvent } from '../../proto/index.js';

/** One stream of a scheduler: the link, and whose it is. */
export interface SchedulerStream {
  readonly link: Link<SchedulerEvent>;
  open: boolean;
  /** Of the framework that subscribed, or is about to, over this stream; undefined before. */
  frameworkId: FrameworkId | undefined;
}
