import type { Near, Node } from './graph.ts';

/** Nodes that are connected, in the order in which they are drawn. */
export type Group = Record<'models' | 'services', Node[]>;

/** Rounds in which a group is put in order; more change little. */
const ROUNDS = 4;

/** The groups of connected nodes, the largest first; a node without a binding is a group of its own. */
export function groupsOf(nodes: readonly Node[], near: Near): Group[] {
  const left = new Map(nodes.map((node) => [node.uuid, node]));
  const groups = nodes.map(({ uuid: first }) => {
    const group: Node[] = [];
    const open = [first];
    for (const uuid of open) {
      const node = left.get(uuid);
      if (!node) continue;
      left.delete(uuid);
      group.push(node);
      open.push(...(near.get(uuid) ?? []));
    }
    return group;
  });
  const filled = groups.filter(({ length }) => length > 0).sort((a, b) => b.length - a.length);
  return filled.map((group) => inOrder(group, near));
}

/** Puts each kind in the order of the mean position of what it is bound to, which leaves few crossings. */
function inOrder(group: readonly Node[], near: Near): Group {
  let models = group.filter(({ kind }) => kind === 'model');
  let services = group.filter(({ kind }) => kind === 'service');
  const sorted = (nodes: readonly Node[], others: readonly Node[]) => {
    const positions = new Map(others.map(({ uuid }, index) => [uuid, index]));
    const mean = ({ uuid }: Node) => {
      const bound = [...(near.get(uuid) ?? [])];
      return bound.reduce((sum, other) => sum + (positions.get(other) ?? 0), 0) / bound.length;
    };
    return nodes.toSorted((a, b) => mean(a) - mean(b));
  };
  for (let round = 0; round < ROUNDS; round++) {
    services = sorted(services, models);
    models = sorted(models, services);
  }
  return { models, services };
}
