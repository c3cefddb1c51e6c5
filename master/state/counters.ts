/** Events counted since the start, by their names in `/metrics/snapshot` without the leading `master/`. */
const NAMES = [
  'dropped_messages',
  'invalid_executor_to_framework_messages',
  'invalid_framework_to_executor_messages',
  'invalid_status_update_acknowledgements',
  'invalid_status_updates',
  'messages_decline_offers',
  'messages_executor_to_framework',
  'messages_exited_executor',
  'messages_framework_to_executor',
  'messages_kill_task',
  'messages_launch_tasks',
  'messages_reconcile_tasks',
  'messages_register_framework',
  'messages_register_slave',
  'messages_reregister_framework',
  'messages_reregister_slave',
  'messages_resource_request',
  'messages_revive_offers',
  'messages_status_update',
  'messages_status_update_acknowledgement',
  'messages_suppress_offers',
  'messages_unregister_framework',
  'messages_unregister_slave',
  'recovery_slave_removals',
  'slave_registrations',
  'slave_removals',
  'slave_removals/reason_registered',
  'slave_removals/reason_unhealthy',
  'slave_removals/reason_unregistered',
  'slave_reregistrations',
  'slave_unreachable_canceled',
  'slave_unreachable_completed',
  'slave_unreachable_scheduled',
  'tasks_dropped',
  'tasks_error',
  'tasks_failed',
  'tasks_finished',
  'tasks_gone',
  'tasks_gone_by_operator',
  'tasks_killed',
  'tasks_lost',
  'valid_executor_to_framework_messages',
  'valid_framework_to_executor_messages',
  'valid_status_update_acknowledgements',
  'valid_status_updates',
] as const;

/** Counters whose names are fixed, without the leading `master/`; spelled as the original spells them. */
export type CounterName = (typeof NAMES)[number];

/** Counts of what happened; read by the metrics endpoint, written only through `count`. */
export class Counters {
  readonly #values = new Map<string, number>(NAMES.map((name) => [name, 0]));

  count(name: CounterName): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + 1);
  }

  /** Counts a task that ended otherwise than well, as in `task_lost/source_master/reason_invalid_offers`. */
  countTaskEnd(state: string, source: string, reason: string): void {
    const name = `${state}/${source}/${reason}`;
    this.#values.set(name, (this.#values.get(name) ?? 0) + 1);
  }

  /** Name and value of every counter, zeros included. */
  entries(): IterableIterator<[string, number]> {
    return this.#values.entries();
  }
}
