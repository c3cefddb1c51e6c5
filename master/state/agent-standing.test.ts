import { describe, expect, it } from 'vitest';
import { agentId } from '../../common/ids.js';
import { Resources } from '../../common/resources/resources.js';
import { type Logger, silentLogger } from '../../common/runtime/logger.js';
import { type AgentStanding, checkAgentMove } from './agent-standing.js';
import { type AgentPlace, type AgentRow, AgentTable } from './agents.js';

const STANDINGS: readonly AgentStanding[] = ['unknown', 'recovered', 'registered', 'unreachable', 'gone'];
const ID = agentId('m-S0');
const INFO = { hostname: 'host1' };
const ROW: AgentRow = {
  id: ID,
  info: INFO,
  capabilities: [],
  version: '1',
  ip: undefined,
  total: Resources.EMPTY,
  connection: { kind: 'disconnected', sinceWallMs: 0 },
  registeredWallMs: 0,
  reregisteredWallMs: undefined,
  tasks: new Map(),
  executors: new Map(),
  offers: new Set(),
  pingsMissed: 0,
  pingTimer: undefined,
  leaving: false,
};
const PLACES: Readonly<Record<AgentStanding, AgentPlace>> = {
  unknown: { standing: 'unknown' },
  recovered: { standing: 'recovered', info: INFO },
  registered: { standing: 'registered', row: ROW },
  unreachable: { standing: 'unreachable', info: INFO, sinceWallMs: 5 },
  gone: { standing: 'gone', sinceWallMs: 6 },
};

/** A table in which the agent stands there, reached by a legal way. */
function tableWith(standing: AgentStanding, log: Logger = silentLogger): AgentTable {
  const table = new AgentTable(log);
  if (standing !== 'unknown') table.move(ID, PLACES[standing]);
  return table;
}

function listings(table: AgentTable): AgentStanding[] {
  return (['recovered', 'registered', 'unreachable', 'gone'] as const).filter((standing) => table[standing].has(ID));
}

describe('the agent state machine', () => {
  it.each([
    ['gone', 'registered'],
    ['gone', 'unreachable'],
    ['registered', 'recovered'],
    ['unreachable', 'recovered'],
    ['recovered', 'unknown'],
  ] as const)('never leads from %s to %s', (from, to) => {
    expect(() => checkAgentMove(from, to)).toThrow(`Cannot move agent to ${to}: ${from} leads to `);
  });

  it('leads nowhere twice', () => {
    for (const standing of STANDINGS) expect(() => checkAgentMove(standing, standing)).toThrow('Cannot move agent');
  });
});

describe('the agent table', () => {
  it('lists an agent under the one standing that it moved to, or refuses and leaves it where it was', () => {
    for (const from of STANDINGS) {
      for (const to of STANDINGS) {
        const table = tableWith(from);
        let stands = to;
        try {
          table.move(ID, PLACES[to]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ILLEGAL_MOVE' });
          stands = from;
        }
        expect(table.standingOf(ID)).toBe(stands);
        expect(listings(table)).toEqual(stands === 'unknown' ? [] : [stands]);
        expect([...table.at(INFO)]).toEqual(stands === 'registered' ? [ROW] : []);
      }
    }
  });

  it('logs every move with whence and whither', () => {
    const lines: unknown[] = [];
    const log = { ...silentLogger, info: (sentence: string, fields: unknown) => lines.push([sentence, fields]) };
    const table = tableWith('registered', log);
    table.move(ID, PLACES.gone);
    expect(lines).toEqual([
      ['Agent moves', { agent: ID, from: 'unknown', to: 'registered' }],
      ['Agent moves', { agent: ID, from: 'registered', to: 'gone' }],
    ]);
  });
});
