/** Events counted since the start, by their names in `/metrics/snapshot` without the leading `slave/`. */
const NAMES = [
  'executors_terminated',
  'tasks_failed',
  'tasks_finished',
  'tasks_gone',
  'tasks_killed',
  'tasks_lost',
  'valid_status_updates',
] as const;

type CounterName = (typeof NAMES)[number];

/** Counts of what happened on this agent; nothing decides by them. */
export class Counters {
  readonly #values = new Map<string, number>(NAMES.map((name) => [name, 0]));

  count(name: CounterName): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + 1);
  }

  /** A task has ended in this state, such as `TASK_FAILED`; those that collectors do not ask for are not counted. */
  countTaskEnd(state: string): void {
    const name = state.toLowerCase().replace('task_', 'tasks_');
    const value = this.#values.get(name);
    if (value !== undefined) this.#values.set(name, value + 1);
  }

  /** Name and value of every counter, zeros included. */
  entries(): IterableIterator<[string, number]> {
    return this.#values.entries();
  }
}
