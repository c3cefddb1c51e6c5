import { messageType, toJson } from '../../../proto/codec/index.js';
import { mesos } from '../../../proto/index.js';
import type { Resources } from '../../resources/resources.js';

const RESOURCE = messageType('mesos.v1.Resource', mesos.v1.Resource);

/** Every resource with all its fields, as the `*_full` members of the classic read endpoints show them. */
export function fullDocument(resources: Resources): unknown[] {
  return resources.toWire('endpoint').map((resource) => JSON.parse(toJson(RESOURCE, resource)) as unknown);
}
