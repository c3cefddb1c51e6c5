import {
  AgentCall,
  decode,
  encode,
  fromJson,
  JSON_MEDIA,
  PROTOBUF_MEDIA,
  ProcessIO,
  RECORDIO_MEDIA,
  RecordDecoder,
  toJson,
} from '../../../../proto/codec/index.js';
import { type ContainerID, mesos } from '../../../../proto/index.js';
import { type Format, mediaHeaders, request } from '../../../support/scheduler-http.js';
import { ReplayFramework } from '../framework.js';
import type { Scenario, Target } from '../scenario.js';
import type { Step } from '../transcript.js';
import { isBig, launchGroup, shellTask } from '../work.js';

const { LAUNCH_NESTED_CONTAINER_SESSION, WAIT_CONTAINER } = mesos.v1.agent.Call.Type;

/** A session beside a task of a group, and waiting for what never was. */
export const nested: Scenario = async (target, recording) => {
  await using framework = await ReplayFramework.subscribe(target);
  const offer = await framework.offer(isBig);
  const task = shellTask(offer, 'nest-a', 'echo started; sleep 60');
  await framework.accept(offer, launchGroup(framework.id, 'nest', { cpus: 0.1, mem: 32, disk: 32 }, task));
  const running = (await framework.untilRunning('nest-a')).at(-1);
  const parent = running?.status.containerStatus?.containerId;
  if (parent == null) throw new Error('The task is not known to run in a container');
  recording.steps.push({ step: 'launch session', ...(await runSession(target, parent)) });
  const wait = { type: WAIT_CONTAINER, waitContainer: { containerId: { value: 'ghost' } } };
  const { format } = target;
  const url = `http://${target.agent}/api/v1`;
  recording.answered('wait unknown', await request(url, 'POST', bytesOf(format, wait), mediaHeaders(format)));
};

async function runSession({ agent, format }: Target, parent: ContainerID): Promise<Omit<Step, 'step'>> {
  const media = format === 'json' ? JSON_MEDIA : PROTOBUF_MEDIA;
  const containerId = { value: 'sess', parent };
  const command = { shell: true, value: 'echo out; echo err >&2; exit 3' };
  const call = { type: LAUNCH_NESTED_CONTAINER_SESSION, launchNestedContainerSession: { containerId, command } };
  const answer = await fetch(`http://${agent}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': media, Accept: RECORDIO_MEDIA, 'Message-Accept': media },
    body: bytesOf(format, call),
    signal: AbortSignal.timeout(20_000),
  });
  const records = new RecordDecoder().push(new Uint8Array(await answer.arrayBuffer()));
  // Standard output and standard error are two pipes: which is read first is chance.
  const texts = records.map((record) => toJson(ProcessIO, readOutput(format, record))).toSorted(byStream);
  const text = texts.map((one) => `${Buffer.byteLength(one)}\n${one}`).join('');
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text };
}

const readOutput = (format: Format, record: Buffer): ProcessIO =>
  format === 'json' ? fromJson(ProcessIO, record.toString()) : decode(ProcessIO, record);

const byStream = (a: string, b: string) => Number(a.includes('STDERR')) - Number(b.includes('STDERR'));

const bytesOf = (format: Format, call: AgentCall) =>
  Buffer.from(format === 'json' ? toJson(AgentCall, call) : encode(AgentCall, call));
