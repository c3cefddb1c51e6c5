import { describe, expect, it } from 'vitest';
import { mesos, type Offer } from '../../proto/index.js';
import { toOffersEvents } from './split-offers.js';

const MIB = 1024 * 1024;

function offer(id: number, bytes: number): Offer {
  const attributes = [{ name: 'big', type: mesos.v1.Value.Type.TEXT, text: { value: 'x'.repeat(bytes) } }];
  const value = String(id);
  return { id: { value }, frameworkId: { value }, agentId: { value }, hostname: 'host', attributes };
}

describe('toOffersEvents()', () => {
  it('says nothing of no offers', () => {
    expect(toOffersEvents([])).toEqual([]);
  });

  it('keeps every event below 4 MiB and every offer in order', () => {
    const offers = Array.from({ length: 50 }, (_, id) => offer(id, 200_000));
    const events = toOffersEvents(offers);
    expect(events.length).toBeGreaterThan(1);
    expect(events.flatMap((event) => event.offers?.offers ?? [])).toEqual(offers);
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(4 * MIB);
  });

  it('sends an offer that is too big on its own', () => {
    const sizes = toOffersEvents([offer(1, 10), offer(2, 2 * MIB), offer(3, 10)]).map(
      ({ offers }) => offers?.offers?.length,
    );
    expect(sizes).toEqual([1, 1, 1]);
  });
});
