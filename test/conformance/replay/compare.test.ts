import { describe, expect, it } from 'vitest';
import { compareSteps } from './compare.js';
import { SCENARIOS } from './scenarios/index.js';
import { type RecordedStep, readTranscript } from './transcript.js';

const AS_RECORDED = { format: 'json', skipped: new Set<string>() } as const;
const compared = (ours: RecordedStep[], recorded: RecordedStep[]) => compareSteps('s', ours, recorded, AS_RECORDED);

const ERROR = { message: 'Framework failed over' };
const STEP: RecordedStep = {
  step: 'one',
  request: {},
  status: 200,
  headers: { 'Content-Type': 'a' },
  text: 't',
  events: [{ type: 'ERROR', error: ERROR }],
};
const FAULTS: readonly (readonly [what: string, fault: object])[] = [
  ['another status', { status: 202 }],
  ['another header', { headers: { 'Content-Type': 'a; charset=utf-8' } }],
  ['a header more', { headers: { 'Content-Type': 'a', 'Content-Length': '1' } }],
  ['another text', { text: 'u' }],
  ['no event', { events: [] }],
  ['an event more', { events: [...(STEP.events ?? []), { type: 'HEARTBEAT' }] }],
  ['another value', { events: [{ type: 'ERROR', error: { message: 'Framework failed' } }] }],
  ['another type', { events: [{ type: 'ERROR', error: { message: 1 } }] }],
  ['a field less', { events: [{ type: 'ERROR', error: {} }] }],
  ['a field more', { events: [{ type: 'ERROR', error: { ...ERROR, code: null } }] }],
  ['another name', { step: 'two' }],
];

describe('a comparison', () => {
  it.each(Object.keys(SCENARIOS))('finds no difference between %s and itself', (scenario) => {
    const transcript = readTranscript(scenario);
    const { differences, facts } = compared(transcript, transcript);
    expect(differences).toEqual([]);
    expect(facts).toBeGreaterThan(0);
  });

  it.each(FAULTS)('finds %s', (_, fault) => {
    expect(compared([{ ...STEP, ...fault } as RecordedStep], [STEP]).differences).not.toEqual([]);
  });

  it('takes ids, times and addresses for what they are', () => {
    const at = (id: string, timestamp: number, address: string): RecordedStep => ({
      step: 'one',
      request: {},
      events: [{ id, timestamp, address, text: `Offer ${id} is no longer valid` }],
    });
    const one = at('9be2d2f2-37e1-47b6-8b3c-689892054ae8-O25', 1.5, '127.0.0.1:5051');
    const other = at('0d5796dd-643d-40e0-a243-1aeeaf118b5e-O7', 2.5, '127.0.0.11:40123');
    expect(compared([one], [other]).differences).toEqual([]);
    expect(compared([at('none', 1, '')], [other]).differences).toHaveLength(3);
  });
});
