declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** Ids as plain text inside the cores; the wire wraps each in a message with one `value`. */
export type AgentId = Id<'agent'>;
export type ContainerId = Id<'container'>;
export type ExecutorId = Id<'executor'>;
export type FrameworkId = Id<'framework'>;
export type OfferId = Id<'offer'>;
export type TaskId = Id<'task'>;

/** Brands text that came from the wire or was made by us. Checking its characters is validation's business. */
export const agentId = (value: string) => value as AgentId;
export const containerId = (value: string) => value as ContainerId;
export const executorId = (value: string) => value as ExecutorId;
export const frameworkId = (value: string) => value as FrameworkId;
export const offerId = (value: string) => value as OfferId;
export const taskId = (value: string) => value as TaskId;
