/**
 * The messages by their short names. Types are plain object shapes (`$Properties`): an absent optional field is
 * undefined or null, 64-bit integers are numbers, bytes are Uint8Array. The namespaces carry the codecs and enums.
 */
export { meseta, mesos } from './generated/messages.js';

import type { meseta, mesos } from './generated/messages.js';

export type AgentID = mesos.v1.AgentID.$Properties;
export type AgentInfo = mesos.v1.AgentInfo.$Properties;
export type Attribute = mesos.v1.Attribute.$Properties;
export type CheckInfo = mesos.v1.CheckInfo.$Properties;
export type CheckStatusInfo = mesos.v1.CheckStatusInfo.$Properties;
export type CommandInfo = mesos.v1.CommandInfo.$Properties;
export type CommandUri = mesos.v1.CommandInfo.URI.$Properties;
export type ContainerID = mesos.v1.ContainerID.$Properties;
export type ContainerInfo = mesos.v1.ContainerInfo.$Properties;
export type ContainerStatus = mesos.v1.ContainerStatus.$Properties;
export type Environment = mesos.v1.Environment.$Properties;
export type ExecutorInfo = mesos.v1.ExecutorInfo.$Properties;
export type Filters = mesos.v1.Filters.$Properties;
export type FrameworkInfo = mesos.v1.FrameworkInfo.$Properties;
export type HealthCheck = mesos.v1.HealthCheck.$Properties;
export type KillPolicy = mesos.v1.KillPolicy.$Properties;
export type Labels = mesos.v1.Labels.$Properties;
export type MasterInfo = mesos.v1.MasterInfo.$Properties;
export type Offer = mesos.v1.Offer.$Properties;
export type OfferOperation = mesos.v1.Offer.Operation.$Properties;
export type Resource = mesos.v1.Resource.$Properties;
export type ResourceDisk = mesos.v1.Resource.DiskInfo.$Properties;
export type ResourceReservation = mesos.v1.Resource.ReservationInfo.$Properties;
export type Task = mesos.v1.Task.$Properties;
export type TaskGroupInfo = mesos.v1.TaskGroupInfo.$Properties;
export type TaskInfo = mesos.v1.TaskInfo.$Properties;
export type TaskStatus = mesos.v1.TaskStatus.$Properties;

export type SchedulerCall = mesos.v1.scheduler.Call.$Properties;
export type SchedulerEvent = mesos.v1.scheduler.Event.$Properties;
export type ExecutorCall = mesos.v1.executor.Call.$Properties;
export type ExecutorEvent = mesos.v1.executor.Event.$Properties;
export type MasterCall = mesos.v1.master.Call.$Properties;
export type MasterResponse = mesos.v1.master.Response.$Properties;
export type AgentCall = mesos.v1.agent.Call.$Properties;
export type AgentResponse = mesos.v1.agent.Response.$Properties;

export type AgentMessage = meseta.v1.AgentMessage.$Properties;
export type MasterMessage = meseta.v1.MasterMessage.$Properties;
export type StatusUpdate = meseta.v1.StatusUpdate.$Properties;
