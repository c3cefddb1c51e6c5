/** Where a framework's memory lies: in a file, in memory, or, for tests, in a store that fails on purpose. */
export { FailingStore, type FailingStoreOptions } from '../../common/store/failing-store.js';
export { MemoryStore, type MemoryStoreOptions } from '../../common/store/memory-store.js';
export { openSqliteStore, type SqliteStoreOptions } from '../../common/store/sqlite-store.js';
export type { Store, StoreChange, StorePair } from '../../common/store/store.js';
export { type FrameworkChange, type FrameworkMemory, FrameworkStore } from './framework-store.js';
export { isTerminal, type LaunchedTask, stateOf } from './launched-task.js';
