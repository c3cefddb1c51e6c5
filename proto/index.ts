/**
 * The messages by their short names. Types are plain object shapes (`$Properties`): an absent optional field is
 * undefined or null, 64-bit integers are numbers, bytes are Uint8Array. The namespaces carry the codecs and enums.
 */
export * from './codec/index.js';
export { meseta, mesos } from './generated/messages.js';

import type { meseta, mesos } from './generated/messages.js';

export type Attribute = mesos.v1.Attribute.$Properties;
export type CheckInfo = mesos.v1.CheckInfo.$Properties;
export type CheckStatusInfo = mesos.v1.CheckStatusInfo.$Properties;
export type CommandInfo = mesos.v1.CommandInfo.$Properties;
export type CommandUri = mesos.v1.CommandInfo.URI.$Properties;
export type ContainerID = mesos.v1.ContainerID.$Properties;
export type ContainerInfo = mesos.v1.ContainerInfo.$Properties;
export type ContainerStatus = mesos.v1.ContainerStatus.$Properties;
export type Environment = mesos.v1.Environment.$Properties;
export type Filters = mesos.v1.Filters.$Properties;
export type HealthCheck = mesos.v1.HealthCheck.$Properties;
export type KillPolicy = mesos.v1.KillPolicy.$Properties;
export type Labels = mesos.v1.Labels.$Properties;
export type OfferOperation = mesos.v1.Offer.Operation.$Properties;
export type ResourceDisk = mesos.v1.Resource.DiskInfo.$Properties;
export type ResourceReservation = mesos.v1.Resource.ReservationInfo.$Properties;

export type StatusUpdate = meseta.v1.StatusUpdate.$Properties;
