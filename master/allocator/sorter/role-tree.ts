import type { FrameworkId } from '../../../common/ids.js';
import { NO_QUANTITIES, type Quantities } from '../../../common/resources/quantities.js';
import { ancestorsOf } from '../../../common/roles.js';
import { type Client, fairOrder } from './drf.js';

/** A framework in one of its roles: the unit that receives offers. */
export interface Claimant {
  readonly role: string;
  readonly frameworkId: FrameworkId;
}

/**
 * Roles as a tree with what each holds. At every level the branches take turns by their share; a role with roles below
 * it competes with them through a leaf of its own, `role/.`, as in the original's hierarchical sorter.
 */
export class RoleTree {
  readonly #roots = new Map<string, Node>();
  readonly #nodes = new Map<string, Node>();
  readonly #weights = new Map<string, number>();
  readonly #excluded: ReadonlySet<string>;

  /** `excluded` names resources that do not count towards shares. */
  constructor(excluded: ReadonlySet<string>) {
    this.#excluded = excluded;
  }

  /** The framework competes in the role from now on. */
  attach({ role, frameworkId }: Claimant): void {
    clientOf(this.#grow(role), frameworkId).attached = true;
  }

  /** The framework no longer competes; what it holds still counts for the role. */
  detach({ role, frameworkId }: Claimant): void {
    const node = this.#nodes.get(role);
    const client = node?.clients.get(frameworkId);
    if (node === undefined || client === undefined) return;
    client.attached = false;
    this.#prune(node, frameworkId, client);
  }

  /** More is held. `granted`: by an allocation, which counts when shares are equal. */
  credit(claimant: Claimant, quantities: Quantities, granted: boolean): void {
    const node = this.#grow(claimant.role);
    const accounts = [clientOf(node, claimant.frameworkId), node.own, ...branchAccounts(node)];
    for (const account of accounts) {
      add(account, quantities, 1);
      if (granted) account.grants++;
    }
  }

  /** Less is held, of what was credited before. */
  debit({ role, frameworkId }: Claimant, quantities: Quantities): void {
    const node = this.#nodes.get(role);
    const client = node?.clients.get(frameworkId);
    if (node === undefined || client === undefined) return;
    for (const account of [client, node.own, ...branchAccounts(node)]) add(account, quantities, -1);
    this.#prune(node, frameworkId, client);
  }

  /** Roles not named keep the weight they have, 1 at first. */
  updateWeights(weights: ReadonlyMap<string, number>): void {
    for (const [role, weight] of weights) {
      this.#weights.set(role, weight);
      const node = this.#nodes.get(role);
      if (node) node.weight = weight;
    }
  }

  /** The weight set for the role itself, 1 when none was. */
  weight(role: string): number {
    return this.#weights.get(role) ?? 1;
  }

  /** What is allocated to the role itself, in thousandths; not what its sub-roles hold. */
  heldByRole(role: string): Quantities {
    return this.#nodes.get(role)?.own.held ?? NO_QUANTITIES;
  }

  /** What is allocated to the framework in the role, in thousandths. */
  heldBy({ role, frameworkId }: Claimant): Quantities {
    return this.#nodes.get(role)?.clients.get(frameworkId)?.held ?? NO_QUANTITIES;
  }

  /** Those of the attached claimants who want offers, in the order to offer to. */
  order(pool: Quantities, wants: (claimant: Claimant) => boolean): readonly Claimant[] {
    const order = (branches: readonly Branch[]): readonly Claimant[] =>
      fairOrder(branches, pool, this.#excluded).flatMap(({ expand }) => expand());

    const expandNode = (node: Node): readonly Claimant[] => {
      if (node.children.size === 0) return expandOwn(node);
      const own = { path: `${node.path}/.`, weight: 1, ...figures(node.own), expand: () => expandOwn(node) };
      return order([own, ...[...node.children.values()].map(branchOf)]);
    };
    const expandOwn = (node: Node): readonly Claimant[] =>
      order(
        [...node.clients].flatMap(([frameworkId, client]) => {
          const claimant = { role: node.path, frameworkId };
          if (!client.attached || !wants(claimant)) return [];
          return [{ path: frameworkId, weight: 1, ...figures(client), expand: () => [claimant] }];
        }),
      );
    const branchOf = (node: Node): Branch => ({
      path: node.path,
      weight: node.weight,
      ...figures(node.branch),
      expand: () => expandNode(node),
    });
    return order([...this.#roots.values()].map(branchOf));
  }

  #grow(role: string): Node {
    const known = this.#nodes.get(role);
    if (known) return known;
    const parentPath = ancestorsOf(role).at(-1);
    const parent = parentPath === undefined ? undefined : this.#grow(parentPath);
    const node: Node = {
      path: role,
      parent,
      weight: this.weight(role),
      branch: newAccount(),
      own: newAccount(),
      clients: new Map(),
      children: new Map(),
    };
    (parent?.children ?? this.#roots).set(role, node);
    this.#nodes.set(role, node);
    return node;
  }

  /** Drops a client that neither competes nor holds anything, and the nodes this leaves empty. */
  #prune(node: Node, frameworkId: FrameworkId, client: ClientAccount): void {
    if (!client.attached && client.held.size === 0) node.clients.delete(frameworkId);
    for (let at: Node | undefined = node; at && at.clients.size === 0 && at.children.size === 0; at = at.parent) {
      (at.parent?.children ?? this.#roots).delete(at.path);
      this.#nodes.delete(at.path);
    }
  }
}

interface Account {
  readonly held: Map<string, number>;
  grants: number;
}

interface ClientAccount extends Account {
  attached: boolean;
}

interface Node {
  readonly path: string;
  readonly parent: Node | undefined;
  weight: number;
  /** The role and all below it. */
  readonly branch: Account;
  /** The role itself. */
  readonly own: Account;
  readonly clients: Map<FrameworkId, ClientAccount>;
  readonly children: Map<string, Node>;
}

interface Branch extends Client {
  expand(): readonly Claimant[];
}

function newAccount(): Account {
  return { held: new Map(), grants: 0 };
}

function figures({ held, grants }: Account): Pick<Client, 'held' | 'grants'> {
  return { held, grants };
}

function clientOf(node: Node, frameworkId: FrameworkId): ClientAccount {
  const known = node.clients.get(frameworkId);
  if (known) return known;
  const client = { ...newAccount(), attached: false };
  node.clients.set(frameworkId, client);
  return client;
}

function branchAccounts(node: Node): readonly Account[] {
  const accounts: Account[] = [];
  for (let at: Node | undefined = node; at; at = at.parent) accounts.push(at.branch);
  return accounts;
}

function add({ held }: Account, quantities: Quantities, factor: 1 | -1): void {
  for (const [name, milli] of quantities) {
    const total = (held.get(name) ?? 0) + factor * milli;
    if (total === 0) held.delete(name);
    else held.set(name, total);
  }
}
