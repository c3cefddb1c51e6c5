import { describe, expect, it } from 'vitest';
import { fixedDetector } from '../../common/coordination/detector.js';
import type { Receiver } from '../../common/link.js';
import { silentLogger } from '../../common/runtime/logger.js';
import { seededRandom } from '../../common/runtime/random.js';
import { VirtualClock } from '../../common/runtime/virtual-clock.js';
import type { AgentMessage, MasterMessage } from '../../proto/index.js';
import { Registration } from './registration.js';

const ENDED: AgentMessage = {
  executorExited: { frameworkId: { value: 'F' }, executorId: { value: 'E' }, status: 0 },
};

function connect() {
  const clock = new VirtualClock();
  const sent: AgentMessage[] = [];
  let receiver: Receiver<MasterMessage> | undefined;
  const registration = new Registration(
    {
      clock,
      random: seededRandom(1),
      logger: silentLogger,
      detector: fixedDetector('master:5050', clock),
      dialer: {
        dial: (_, heard) => {
          receiver = heard;
          return { send: (message) => sent.push(message), close: () => {} };
        },
      },
      backoffMs: 1_000,
    },
    { greeting: () => ({ pong: {} }), received: () => registration.registered(75_000), lost: () => {} },
  );
  registration.start();
  clock.advance(2_000);
  const answer = () => receiver?.received({ registered: { agentId: { value: 'S0' }, pingTimeoutMs: 75_000 } });
  return { clock, sent, registration, answer, hangUp: () => receiver?.closed('broken') };
}

describe('a registration under way', () => {
  it('holds back the end of an executor, which its greeting told to run, until it is answered', () => {
    const { sent, registration, answer } = connect();
    registration.send(ENDED);
    expect(sent).toEqual([{ pong: {} }]);
    answer();
    expect(sent).toEqual([{ pong: {} }, ENDED]);
  });

  it('drops it when the link breaks: the next greeting knows', () => {
    const { clock, sent, registration, answer, hangUp } = connect();
    registration.send(ENDED);
    hangUp();
    clock.advance(60_000);
    answer();
    expect(sent).not.toContain(ENDED);
  });
});
