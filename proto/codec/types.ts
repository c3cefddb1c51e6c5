import { meseta, mesos } from '../generated/messages.js';
import { messageType } from './message-type.js';

// A value and a type of one name: `toJson(SchedulerCall, call)`, where `call` is a `SchedulerCall`.

/** What a framework and the master say to each other. */
export type SchedulerCall = mesos.v1.scheduler.Call.$Properties;
export const SchedulerCall = messageType('mesos.v1.scheduler.Call', mesos.v1.scheduler.Call);
export type SchedulerEvent = mesos.v1.scheduler.Event.$Properties;
export const SchedulerEvent = messageType('mesos.v1.scheduler.Event', mesos.v1.scheduler.Event);

/** What an executor and its agent say to each other. */
export type ExecutorCall = mesos.v1.executor.Call.$Properties;
export const ExecutorCall = messageType('mesos.v1.executor.Call', mesos.v1.executor.Call);
export type ExecutorEvent = mesos.v1.executor.Event.$Properties;
export const ExecutorEvent = messageType('mesos.v1.executor.Event', mesos.v1.executor.Event);

/** The operator API of the master. */
export type MasterCall = mesos.v1.master.Call.$Properties;
export const MasterCall = messageType('mesos.v1.master.Call', mesos.v1.master.Call);
export type MasterResponse = mesos.v1.master.Response.$Properties;
export const MasterResponse = messageType('mesos.v1.master.Response', mesos.v1.master.Response);
export type MasterEvent = mesos.v1.master.Event.$Properties;
export const MasterEvent = messageType('mesos.v1.master.Event', mesos.v1.master.Event);

/** The operator API of the agent, and what it streams of attached containers. */
export type AgentCall = mesos.v1.agent.Call.$Properties;
export const AgentCall = messageType('mesos.v1.agent.Call', mesos.v1.agent.Call);
export type AgentResponse = mesos.v1.agent.Response.$Properties;
export const AgentResponse = messageType('mesos.v1.agent.Response', mesos.v1.agent.Response);
export type ProcessIO = mesos.v1.agent.ProcessIO.$Properties;
export const ProcessIO = messageType('mesos.v1.agent.ProcessIO', mesos.v1.agent.ProcessIO);

/** What our agents and master say to each other; not in the original, whose messages for this are internal. */
export type AgentMessage = meseta.v1.AgentMessage.$Properties;
export const AgentMessage = messageType('meseta.v1.AgentMessage', meseta.v1.AgentMessage);
export type MasterMessage = meseta.v1.MasterMessage.$Properties;
export const MasterMessage = messageType('meseta.v1.MasterMessage', meseta.v1.MasterMessage);

/** The things that calls and events are about. */
export type FrameworkInfo = mesos.v1.FrameworkInfo.$Properties;
export const FrameworkInfo = messageType('mesos.v1.FrameworkInfo', mesos.v1.FrameworkInfo);
export type MasterInfo = mesos.v1.MasterInfo.$Properties;
export const MasterInfo = messageType('mesos.v1.MasterInfo', mesos.v1.MasterInfo);
export type AgentInfo = mesos.v1.AgentInfo.$Properties;
export const AgentInfo = messageType('mesos.v1.AgentInfo', mesos.v1.AgentInfo);
export type ExecutorInfo = mesos.v1.ExecutorInfo.$Properties;
export const ExecutorInfo = messageType('mesos.v1.ExecutorInfo', mesos.v1.ExecutorInfo);
export type TaskInfo = mesos.v1.TaskInfo.$Properties;
export const TaskInfo = messageType('mesos.v1.TaskInfo', mesos.v1.TaskInfo);
export type TaskGroupInfo = mesos.v1.TaskGroupInfo.$Properties;
export const TaskGroupInfo = messageType('mesos.v1.TaskGroupInfo', mesos.v1.TaskGroupInfo);
export type TaskStatus = mesos.v1.TaskStatus.$Properties;
export const TaskStatus = messageType('mesos.v1.TaskStatus', mesos.v1.TaskStatus);
export type Task = mesos.v1.Task.$Properties;
export const Task = messageType('mesos.v1.Task', mesos.v1.Task);
export type Resource = mesos.v1.Resource.$Properties;
export const Resource = messageType('mesos.v1.Resource', mesos.v1.Resource);
export type Offer = mesos.v1.Offer.$Properties;
export const Offer = messageType('mesos.v1.Offer', mesos.v1.Offer);
