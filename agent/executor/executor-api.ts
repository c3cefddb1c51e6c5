import { ACCEPTED, type CallOutcome, type CallRefusal, refused } from '../../common/call-outcome.js';
import { executorId, frameworkId } from '../../common/ids.js';
import type { Link } from '../../common/link.js';
import { type ExecutorCall, type ExecutorEvent, mesos } from '../../proto/index.js';
import type { Core } from '../core.js';
import type { ExecutorRow } from '../tasks/rows.js';
import type { CustomExecutors } from './custom-executors.js';
import { sameSecret, validateExecutorCall } from './executor-call.js';

const { SUBSCRIBE, UPDATE, MESSAGE } = mesos.v1.executor.Call.Type;

/** The executor API's calls, decoded: finds out who calls and whether it may, then hands the call over. */
export class ExecutorApi {
  readonly #core: Core;
  readonly #custom: CustomExecutors;

  constructor(core: Core, custom: CustomExecutors) {
    this.#core = core;
    this.#custom = custom;
  }

  /** A call on a stream of its own; once accepted, `link` carries the events. */
  subscribe(call: ExecutorCall, link: Link<ExecutorEvent>, token: string | undefined): CallOutcome {
    if (call.type !== SUBSCRIBE) return refused(400, 'Expecting a SUBSCRIBE call');
    const caller = this.#caller(call, token);
    return 'kind' in caller ? caller : this.#custom.subscribe(caller.row, call, link);
  }

  /** Any other call. Refused with 403 before the executor has subscribed, as by the original. */
  call(call: ExecutorCall, token: string | undefined): CallOutcome {
    const caller = this.#caller(call, token);
    if ('kind' in caller) return caller;
    const { row } = caller;
    if (row.state === 'registering') return refused(403, 'Executor is not subscribed');
    switch (call.type) {
      case UPDATE:
        return call.update ? this.#custom.update(row, call.update.status) : ACCEPTED;
      case MESSAGE:
        this.#message(row, call.message?.data ?? new Uint8Array());
        return ACCEPTED;
      case SUBSCRIBE:
        return refused(400, 'Expecting a call other than SUBSCRIBE');
      default:
        return ACCEPTED; // a heartbeat: that it came is all it says
    }
  }

  #caller(call: ExecutorCall, token: string | undefined): { readonly row: ExecutorRow } | CallRefusal {
    const malformed = validateExecutorCall(call);
    if (malformed) return malformed;
    const framework = this.#core.tables.frameworks.get(frameworkId(call.frameworkId.value));
    if (!framework) return refused(400, 'Framework cannot be found');
    const row = framework.executors.get(executorId(call.executorId.value));
    if (row?.kind !== 'custom') return refused(400, 'Executor cannot be found');
    if (row.token !== undefined && !sameSecret(row.token, token ?? '')) {
      return refused(401, 'Cannot authenticate executor: its token is missing or not the one it was started with');
    }
    return { row };
  }

  #message({ framework, id }: ExecutorRow, data: Uint8Array): void {
    if (framework.terminating) return;
    this.#core.send({ executorMessage: { frameworkId: { value: framework.id }, executorId: { value: id }, data } });
  }
}
