import type { mesos } from '../../proto/index.js';

/** An instant of the wall clock as the wire carries it. */
export function timeInfo(wallMs: number): mesos.v1.TimeInfo.$Properties {
  return { nanoseconds: Math.round(wallMs * 1e6) };
}
