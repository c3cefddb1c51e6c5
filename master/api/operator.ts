import { answerEmpty } from '../../common/net/http/answer.js';
import { HttpRefusal } from '../../common/net/http/http-refusal.js';
import { setLoggingLevel } from '../../common/net/http/logging-level.js';
import type { Exchange } from '../../common/net/http/router.js';
import { answerMessage, readCall } from '../../common/net/http/v1-call.js';
import { MasterCall, MasterResponse } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import type { Master } from '../master.js';
import type { DaemonInfo } from './daemon-info.js';
import { answerRead } from './operator-answers.js';

const { Type } = mesos.v1.master.Call;

/** Serves `POST /api/v1` of the master. */
export async function serveOperatorCall(exchange: Exchange, master: Master, daemon: DaemonInfo): Promise<void> {
  const call = await readCall(exchange.request, MasterCall);
  const type = checkCall(call);
  if (type === Type.SET_LOGGING_LEVEL && call.setLoggingLevel != null) {
    setLoggingLevel(call.setLoggingLevel, daemon.verbosity);
    return answerEmpty(exchange.response, 200);
  }
  const answer = answerRead(type, master, daemon);
  if (answer === undefined) throw refuseOther(call);
  answerMessage(exchange, MasterResponse, answer);
}

/** The type of a call that has the member its type asks for. */
function checkCall(call: MasterCall): mesos.v1.master.Call.Type {
  const type = call.type ?? Type.UNKNOWN;
  if (type === Type.UNKNOWN || Type[type] === undefined) throw missing('type');
  if (type === Type.LIST_FILES && call.listFiles == null) throw missing('list_files');
  if (type === Type.READ_FILE && call.readFile == null) throw missing('read_file');
  if (type === Type.SET_LOGGING_LEVEL && call.setLoggingLevel == null) throw missing('set_logging_level');
  return type;
}

const missing = (field: string) =>
  new HttpRefusal(400, `Failed to validate master::Call: Expecting '${field}' to be present`);

/** The master attaches no files of its own: its log goes to standard error. */
function refuseOther({ type }: MasterCall): HttpRefusal {
  if (type === Type.LIST_FILES || type === Type.READ_FILE) return new HttpRefusal(404, '');
  return new HttpRefusal(501, `The call ${Type[type ?? Type.UNKNOWN]} is not served by this release`);
}
