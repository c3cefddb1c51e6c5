import { describe, expect, it } from 'vitest';
import { frameworkId } from '../../../common/ids.js';
import { RoleTree } from './role-tree.js';

const cpus = (cores: number) => new Map([['cpus', cores * 1000]]);
const claimant = (role: string, name = 'f') => ({ role, frameworkId: frameworkId(name) });
const orderOf = (tree: RoleTree) => tree.order(cpus(100), () => true).map(({ role }) => role);

describe('RoleTree', () => {
  it('lets whole branches take turns, however many roles are below', () => {
    const tree = new RoleTree(new Set());
    for (const role of ['eng/a', 'eng/b', 'ops']) tree.attach(claimant(role));
    tree.credit(claimant('eng/a'), cpus(4), true);
    tree.credit(claimant('ops'), cpus(3), true);
    expect(orderOf(tree)).toEqual(['ops', 'eng/b', 'eng/a']);
  });

  it('lets a role compete with the roles below it', () => {
    const tree = new RoleTree(new Set());
    for (const role of ['eng', 'eng/a']) tree.attach(claimant(role));
    expect(orderOf(tree)).toEqual(['eng', 'eng/a']);
    tree.credit(claimant('eng'), cpus(1), true);
    expect(orderOf(tree)).toEqual(['eng/a', 'eng']);
  });

  it('orders the frameworks of one role by what they hold in it', () => {
    const tree = new RoleTree(new Set());
    for (const name of ['f1', 'f2']) tree.attach(claimant('*', name));
    tree.credit(claimant('*', 'f1'), cpus(1), true);
    expect(tree.order(cpus(100), () => true).map(({ frameworkId }) => frameworkId)).toEqual(['f2', 'f1']);
  });

  it('weighs branches, also when told before the role exists', () => {
    const tree = new RoleTree(new Set());
    tree.updateWeights(new Map([['paid', 2]]));
    for (const role of ['free', 'paid']) tree.attach(claimant(role));
    tree.credit(claimant('free'), cpus(3), true);
    tree.credit(claimant('paid'), cpus(4), true);
    expect(orderOf(tree)).toEqual(['paid', 'free']);
  });

  it('counts what a framework holds in a role it left, until it is given back', () => {
    const tree = new RoleTree(new Set());
    tree.attach(claimant('a', 'f1'));
    tree.credit(claimant('a', 'f1'), cpus(1), true);
    tree.detach(claimant('a', 'f1'));
    expect(orderOf(tree)).toEqual([]);
    expect(tree.heldByRole('a')).toEqual(cpus(1));
    tree.debit(claimant('a', 'f1'), cpus(1));
    expect(tree.heldByRole('a').size).toBe(0);
  });
});
