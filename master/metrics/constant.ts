import { counter, gauge, type Metric } from '../../common/metrics/metric.js';

/** Counters of things that do not happen here, or not yet; collectors of the original read them all. */
const NEVER = [
  'invalid_operation_status_update_acknowledgements',
  'invalid_operation_status_updates',
  'messages_authenticate',
  'messages_deactivate_framework',
  'messages_operation_status_update',
  'messages_operation_status_update_acknowledgement',
  'messages_reconcile_operations',
  'messages_update_slave',
  'slave_shutdowns_canceled',
  'slave_shutdowns_completed',
  'slave_shutdowns_scheduled',
  'valid_operation_status_update_acknowledgements',
  'valid_operation_status_updates',
];

/** Ends of tasks that are counted by source and reason once they occur; these are read before. */
const TASK_ENDS = [
  'task_dropped/source_master/reason_invalid_offers',
  'task_error/source_master/reason_task_group_invalid',
  'task_error/source_master/reason_task_invalid',
  'task_killed/source_executor/reason_slave_draining',
  'task_killed/source_master/reason_framework_removed',
  'task_lost/source_master/reason_invalid_offers',
  'task_lost/source_master/reason_slave_removed',
  'task_lost/source_slave/reason_executor_terminated',
];

/** Queues and caches that this master does not have. */
const NOTHING_WAITS = [
  'allocator/event_queue_dispatches',
  'allocator/mesos/event_queue_dispatches',
  'master/event_queue_dispatches',
  'master/event_queue_http_requests',
  'master/event_queue_messages',
  'master/http_cache_hits',
  'master/operator_event_stream_subscribers',
  'registrar/registry_size_bytes',
];

const OPERATIONS = [
  'create',
  'create_disk',
  'destroy',
  'destroy_disk',
  'grow_volume',
  'reserve',
  'shrink_volume',
  'unreserve',
];

const OPERATION_ENDS = ['dropped', 'error', 'failed', 'finished', 'gone_by_operator'];
const OPERATION_STANDINGS = ['total', 'pending', 'recovering', 'unreachable'];

/** What every collector expects to find and this master has nothing to tell of: zeros. */
export const CONSTANT_METRICS: readonly Metric[] = [
  ...[...NEVER, ...TASK_ENDS].map((name) => counter(`master/${name}`, 0)),
  ...NOTHING_WAITS.map((name) => gauge(name, 0)),
  ...['', ...OPERATIONS.map((name) => `${name}/`)].flatMap((operation) => [
    ...OPERATION_STANDINGS.map((name) => gauge(`master/operations/${operation}${name}`, 0)),
    ...OPERATION_ENDS.map((name) => counter(`master/operations/${operation}${name}`, 0)),
  ]),
  gauge('master/elected', 1),
  gauge('registrar/log/recovered', 1),
  gauge('registrar/log/ensemble_size', 1),
];
