import fc from 'fast-check';
import { describe, it } from 'vitest';
import { AgentMessage, SchedulerCall } from '../proto/codec/index.js';
import { fieldsOf, shapeOf } from '../proto/codec/schema.js';
import { mesos } from '../proto/index.js';
import { arbitraryMessage } from '../test/support/arbitrary-message.js';
import { checkBooks } from '../test/support/master-books.js';
import { MasterRig } from '../test/support/master-rig.js';
import type { ScriptedAgent } from '../test/support/scripted-agent.js';
import { commandTask, frameworkInfo, type ScriptedScheduler, scalar } from '../test/support/scripted-scheduler.js';

const { Type } = mesos.v1.scheduler.Call;
const keep = fc.nat(3);
type Tree = { [name: string]: unknown };

/** Any one part of a message, by the schema. */
function anyPart({ name }: { readonly name: string }): fc.Arbitrary<Tree> {
  const parts = fieldsOf(name).filter(({ type }) => shapeOf(type).kind === 'message');
  return fc.oneof(
    ...parts.map(({ property, type }) =>
      arbitraryMessage({ name: type, codec: mesos.v1.Task }).map((part): Tree => ({ [property]: part })),
    ),
  );
}

/** The call that a part belongs to, such as ACCEPT for `accept`. */
function typeOf(part: Tree): number {
  const name = Object.keys(part)
    .join()
    .replace(/[A-Z]/g, (capital) => `_${capital}`);
  return (Type as unknown as Record<string, number>)[name.toUpperCase()] ?? Type.UNKNOWN;
}

/** What anybody may send, from the grammar, and how far each is bent towards what the master knows. */
const step = fc.oneof(
  fc.record({ call: arbitraryMessage(SchedulerCall), aim: fc.nat(), keep: fc.constant(3) }),
  fc.record({ call: anyPart(SchedulerCall).map((part) => ({ type: typeOf(part), ...part })), aim: fc.nat(), keep }),
  fc.record({ message: anyPart(AgentMessage), aim: fc.nat(), keep }),
  fc.record({ waitMs: fc.constantFrom(0, 1_000, 20_000, 100_000) }),
);

describe('the master', () => {
  it('bears whatever its schedulers and agents send, and its books stay right', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), (steps) => {
        const world = new World();
        for (const each of steps) {
          if ('call' in each) world.call(each.call, each.aim, each.keep);
          else if ('message' in each) world.send(each.message, each.aim, each.keep);
          else world.rig.clock.advance(each.waitMs);
          world.rig.settle();
          checkBooks(world.rig.master);
        }
      }),
      { numRuns: 300 },
    );
  });
});

class World {
  readonly rig = new MasterRig();
  agent: ScriptedAgent = this.rig.registeredAgent();
  scheduler: ScriptedScheduler = this.rig.scheduler().subscribe(frameworkInfo({ failoverTimeout: 60 }));
  readonly #offers: string[] = [];

  constructor() {
    const [offer] = this.#takeOffers();
    if (offer) this.scheduler.launch([offer], commandTask('t1', this.agent.id), commandTask('t2', this.agent.id));
  }

  call(call: SchedulerCall, aim: number, keep: number): void {
    if (this.scheduler.closed) this.scheduler = this.rig.scheduler().subscribe();
    this.#takeOffers();
    const frameworkId = { value: this.scheduler.id };
    const aimed = this.#aim(call, aim, keep) as SchedulerCall;
    this.scheduler.call(aimed.type === Type.SUBSCRIBE ? aimed : { ...aimed, frameworkId });
  }

  send(message: AgentMessage, aim: number, keep: number): void {
    if (this.agent.closed) this.agent = this.rig.registeredAgent();
    this.agent.send(this.#aim(message, aim, keep) as AgentMessage);
  }

  #takeOffers() {
    const offers = this.scheduler.takeOffers();
    this.#offers.push(...offers.map(({ id }) => id.value));
    return offers;
  }

  /** The message with ids, roles and resources that the master knows; of four such parts, `keep` are left as they came. */
  #aim(value: unknown, aim: number, keep: number): unknown {
    let turn = aim;
    const known: Readonly<Record<string, () => unknown>> = {
      agentId: () => ({ value: this.agent.id }),
      frameworkId: () => ({ value: this.scheduler.id }),
      taskId: () => ({ value: `t${turn % 4}` }),
      executorId: () => ({ value: `e${turn % 2}` }),
      offerIds: () => this.#offers.slice(-1 - (turn % 2)).map((id) => ({ value: id })),
      allocationInfo: () => ({ role: '*' }),
      resources: () => [{ ...scalar('cpus', 0.1 * (turn % 7)), allocationInfo: { role: '*' } }],
      operations: () => this.#launches(turn),
      reregister: () => this.#report(turn),
      refuseSeconds: () => [0, 0.5, 30, Number.NaN][turn % 4],
    };
    const walk = (each: unknown): unknown => {
      if (Array.isArray(each)) return each.map(walk);
      if (each === null || typeof each !== 'object' || each instanceof Uint8Array) return each;
      return Object.fromEntries(
        Object.entries(each as Tree).map(([name, part]) => {
          turn = (turn * 31 + 7) % 1_000_003;
          const replace = Object.hasOwn(known, name) ? known[name] : undefined; // map keys may be `valueOf`
          const left = replace === undefined || turn % 4 < keep;
          return [name, left ? walk(part) : replace()];
        }),
      );
    };
    return walk(value);
  }

  /** Launches that are mostly right: what follows on them is worth a look too. */
  #launches(turn: number): Tree[] {
    const executor = {
      executorId: { value: `e${turn % 2}` },
      command: { value: 'run' },
      resources: [scalar('cpus', 0.1)],
    };
    const more = turn % 3 === 0 ? { command: null, executor } : {};
    const taskInfos = [commandTask(`t${turn % 4}`, this.agent.id, more), commandTask(`t${turn % 3}`, this.agent.id)];
    return [{ type: mesos.v1.Offer.Operation.Type.LAUNCH, launch: { taskInfos } }];
  }

  /** A return that is mostly right. */
  #report(turn: number): Tree {
    const resources = [{ ...scalar('cpus', 1 + (turn % 4)), allocationInfo: { role: '*' } }];
    const [frameworkId, agentId] = [{ value: this.scheduler.id }, { value: this.agent.id }];
    const state = turn % 14;
    const task = { name: '', taskId: { value: `t${turn % 5}` }, frameworkId, agentId, state, resources, statuses: [] };
    const info = frameworkInfo({ id: frameworkId });
    return { agent: this.agent.info, version: '1', frameworks: [info], tasks: turn % 3 === 0 ? [] : [task] };
  }
}
