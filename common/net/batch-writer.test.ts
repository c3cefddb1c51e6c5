import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type BatchBounds, BatchWriter } from './batch-writer.js';

/** A sink that keeps what it is given and finishes a write only when told. */
function scriptedSink(bounds: Partial<BatchBounds> = {}) {
  const batches: string[] = [];
  const seen = { batches, ended: false, overflowedAt: 0, finishWrite: () => {} };
  const writer = new BatchWriter(
    {
      write: (batch, written) => {
        batches.push(Buffer.from(batch).toString());
        seen.finishWrite = written;
      },
      end: () => {
        seen.ended = true;
      },
      overflowed: (waitingBytes) => {
        seen.overflowedAt = waitingBytes;
      },
    },
    { maxBatchBytes: 10, maxWaitingBytes: 20, ...bounds },
  );
  const push = (...texts: string[]) => {
    for (const text of texts) writer.push(Buffer.from(text));
  };
  return { writer, seen, push };
}

describe('BatchWriter', () => {
  it('writes the messages of one turn as one batch', async () => {
    const { seen, push } = scriptedSink();
    push('a', 'b', 'c');
    await nextTurn();
    expect(seen.batches).toEqual(['abc']);
  });

  it('gathers what comes while a batch is being written', async () => {
    const { seen, push } = scriptedSink();
    push('first');
    await nextTurn();
    push('x');
    await nextTurn();
    push('y');
    expect(seen.batches).toEqual(['first']);
    seen.finishWrite();
    expect(seen.batches).toEqual(['first', 'xy']);
  });

  it('cuts batches at their bound and lets a bigger message travel alone', async () => {
    const { seen, push } = scriptedSink({ maxWaitingBytes: 100 });
    push('123456', '7890', 'next', 'longer than the bound');
    await nextTurn();
    seen.finishWrite();
    seen.finishWrite();
    expect(seen.batches).toEqual(['1234567890', 'next', 'longer than the bound']);
  });

  it('gives up on a reader for whom more waits than the bound, and writes nothing after', async () => {
    const { seen, push } = scriptedSink();
    push('0123456789');
    await nextTurn();
    push('0123456789', '!');
    expect(seen.overflowedAt).toBe(21);
    seen.finishWrite();
    await nextTurn();
    expect(seen.batches).toHaveLength(1);
  });

  it('ends after everything has been written', async () => {
    const { writer, seen, push } = scriptedSink();
    push('last words');
    writer.end();
    push('too late');
    await nextTurn();
    expect(seen).toMatchObject({ batches: ['last words'], ended: false });
    seen.finishWrite();
    expect(seen).toMatchObject({ batches: ['last words'], ended: true });
  });
});
