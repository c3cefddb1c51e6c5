import { describe, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.js';
import { refusal } from './operator-client.js';

describe('refusal()', () => {
  it.each([
    [400, EXIT.failed],
    [403, EXIT.refused],
    [404, EXIT.notFound],
    [503, EXIT.unreachable],
  ])("of status %d leaves with %d and the server's own words", (status, exitCode) => {
    const answer = { status, contentType: 'text/plain', body: Buffer.from('Agent has not finished recovery') };
    expect(refusal(answer, 'agent', '127.0.0.1:5051')).toMatchObject({
      exitCode,
      message: 'The agent at 127.0.0.1:5051 refused: Agent has not finished recovery',
    });
  });
});
