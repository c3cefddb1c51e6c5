/** What authors of executors import. For tests see `executor-sdk/testing`. */
export { createExecutor, type ExecutorSetup } from './client/create-executor.js';
export { type ExecutorEnvironment, readExecutorEnvironment } from './client/environment.js';
export { ExecutorClient, type ExecutorPorts, type StatusBody } from './client/executor-client.js';
export type { ExecutorState } from './client/executor-state.js';
export type { ExecutorHandler, ExecutorSession } from './client/handler.js';
export { type HttpLinkOptions, httpDialer } from './client/http-link.js';
