import { expect } from 'vitest';
import { Resources } from '../../common/resources/resources.js';
import type { Master } from '../../master/master.js';
import { tasksOf } from '../../master/state/agents.js';

/** Tasks, executors and offers of the tables are what the allocator holds for each agent, and each is in both tables. */
export function checkBooks(master: Master): void {
  for (const [id, agent] of master.agents.registered) {
    const executors = [...agent.executors.values()].flatMap((each) => [...each.values()]);
    const held = Resources.sum([
      ...[...tasksOf(agent)].filter(({ holdsResources }) => holdsResources).map(({ resources }) => resources),
      ...executors.map(({ resources }) => resources),
      ...[...agent.offers].map(({ resources }) => resources),
    ]);
    const booked = Resources.sum(master.allocator.agent(id)?.held.values() ?? []);
    expect(String(booked.minus(held))).toBe('{}');
    expect(String(held.minus(booked))).toBe('{}');
  }
  for (const offer of master.offers.values()) {
    expect(master.frameworks.live.get(offer.frameworkId)?.connection.kind).toBe('connected');
    expect(master.agents.registered.get(offer.agentId)?.connection.kind).toBe('connected');
  }
  for (const framework of master.frameworks.live.values()) {
    for (const task of framework.tasks.values()) {
      expect(master.agents.registered.get(task.agentId)?.tasks.get(framework.id)?.get(task.id)).toBe(task);
    }
  }
}

/** No agent has given out more than it has. Holds as long as agents report no more than they were sent. */
export function checkFit(master: Master): void {
  for (const [id, agent] of master.agents.registered) {
    const held = Resources.sum(master.allocator.agent(id)?.held.values() ?? []);
    expect(agent.total.contains(held.unallocated())).toBe(true);
  }
}
