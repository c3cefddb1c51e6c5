import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { Command } from 'commander';
import { AgentCall, decode, encode, ProcessIO, RecordDecoder } from '../../proto/codec/index.js';
import { mesos } from '../../proto/index.js';
import { agentClient } from '../cluster/operator-client.js';
import { contextOf } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { withExamples } from '../help.js';
import { findTask, sandboxOf } from '../views/find-task.js';
import { isLive, stateName } from '../views/format.js';

export function execCommand(): Command {
  const command = new Command('exec')
    .description(
      'run a command beside a live task: in its sandbox, as its user, with its environment; exits with its code',
    )
    .argument('<task>', 'task id, or a unique beginning of one')
    .argument('<command...>', 'a program and its arguments; one argument is a line for /bin/sh')
    .passThroughOptions()
    .action(execAction);
  return withExamples(command, [
    ["meseta exec hello.0 'ls -l; cat stdout'", 'a shell line'],
    ['meseta exec hello.0 -- ps aux', 'a program and its arguments'],
  ]);
}

async function execAction(id: string, words: string[], _options: object, self: Command): Promise<void> {
  const context = contextOf(self);
  const master = await context.master();
  const { task } = await findTask(master, id);
  if (!isLive(task))
    throw new CommandFailure(
      EXIT.refused,
      `Cannot exec beside ${task.taskId.value}: it has ended (${stateName(task.state)})`,
      `meseta logs ${task.taskId.value}`,
    );
  const parent = task.statuses
    ?.map(({ containerStatus }) => containerStatus?.containerId)
    .findLast((container) => container != null);
  if (parent == null)
    throw new CommandFailure(
      EXIT.refused,
      `Cannot exec beside ${task.taskId.value}: it is not running yet (${stateName(task.state)})`,
    );
  const { agentAddress } = await sandboxOf(master, task);
  const containerId = { value: randomUUID(), parent };
  const shell = words.length === 1;
  const call: AgentCall = {
    type: mesos.v1.agent.Call.Type.LAUNCH_NESTED_CONTAINER_SESSION,
    launchNestedContainerSession: {
      containerId,
      command: { shell, value: words[0] ?? '', arguments: shell ? [] : words },
    },
  };
  const waitStatus = agentClient(agentAddress);
  await copySession(agentAddress, encode(AgentCall, call));
  const ended = await waitStatus.call({
    type: mesos.v1.agent.Call.Type.WAIT_NESTED_CONTAINER,
    waitNestedContainer: { containerId },
  });
  process.exitCode = exitCodeOfWaitStatus(ended.waitNestedContainer?.exitStatus ?? undefined);
}

/** The shell's code for a wait status as waitpid() gives it: the exit code, or 128 and the signal. */
function exitCodeOfWaitStatus(status: number | undefined): number {
  if (status === undefined) return EXIT.ownFailure;
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}

/** Opens the session and copies its output until it ends. */
function copySession(address: string, body: Uint8Array): Promise<void> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host,
        port: Number(port),
        method: 'POST',
        path: '/api/v1',
        headers: {
          'Content-Type': 'application/x-protobuf',
          Accept: 'application/recordio',
          'Message-Accept': 'application/x-protobuf',
        },
      },
      (incoming) => {
        if (incoming.statusCode !== 200) {
          const pieces: Buffer[] = [];
          incoming.on('data', (piece: Buffer) => pieces.push(piece));
          incoming.on('end', () =>
            reject(
              new CommandFailure(
                EXIT.failed,
                `The agent at ${address} refused: ${Buffer.concat(pieces).toString('utf8').slice(0, 2_000)}`,
              ),
            ),
          );
          return;
        }
        const records = new RecordDecoder();
        incoming.on('data', (piece: Buffer) => {
          for (const record of records.push(piece)) copyOutput(decode(ProcessIO, record));
        });
        incoming.on('end', resolve);
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', (error) =>
      reject(new CommandFailure(EXIT.unreachable, `Cannot reach the agent at ${address}: ${error.message}`)),
    );
    outgoing.end(body);
  });
}

function copyOutput(message: ProcessIO): void {
  const { STDOUT, STDERR } = mesos.v1.agent.ProcessIO.Data.Type;
  const data = message.data?.data;
  if (data == null) return;
  if (message.data?.type === STDOUT) process.stdout.write(data);
  if (message.data?.type === STDERR) process.stderr.write(data);
}
