import { describe, expect, it } from 'vitest';
import { readExecutorEnvironment } from './environment.js';

const given = {
  MESOS_FRAMEWORK_ID: 'F1',
  MESOS_EXECUTOR_ID: 'E1',
  MESOS_AGENT_ENDPOINT: '127.0.0.1:5051',
  MESOS_CHECKPOINT: '1',
  MESOS_RECOVERY_TIMEOUT: '10mins',
  MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '3secs',
};

describe('readExecutorEnvironment()', () => {
  it('reads what an agent sets, and knows the defaults', () => {
    expect(readExecutorEnvironment(given)).toMatchObject({
      agentEndpoint: '127.0.0.1:5051',
      checkpoint: true,
      recoveryTimeoutMs: 600_000,
      subscriptionBackoffMaxMs: 2_000,
      shutdownGraceMs: 3_000,
      token: undefined,
    });
  });

  it('names all that is missing or malformed', () => {
    const read = () => readExecutorEnvironment({ MESOS_EXECUTOR_ID: 'E1', MESOS_RECOVERY_TIMEOUT: 'soon' });
    expect(read).toThrow(/MESOS_FRAMEWORK_ID is not set; MESOS_AGENT_ENDPOINT is not set; .*is "soon"/);
  });
});
