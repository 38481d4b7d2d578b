import type { Near, Node } from './graph.ts';

/** Rounds in which nodes are put in order; more change little. */
const ROUNDS = 6;

/**
 * The groups of connected nodes, the largest first; a node without a binding is a group of its own. Each node is at the
 * mean position of those that it is bound to, which leaves few crossings.
 */
export function groupsOf(nodes: readonly Node[], near: Near): Node[][] {
  const isService = ({ kind }: Node) => Number(kind === 'service');
  let ordered = nodes.toSorted((a, b) => isService(a) - isService(b));
  for (let round = 0; round < ROUNDS; round++) {
    const positions = new Map(ordered.map(({ uuid }, index) => [uuid, index]));
    const mean = ({ uuid }: Node) => {
      const bound = [...(near.get(uuid) ?? [uuid])];
      return bound.reduce((sum, other) => sum + (positions.get(other) ?? 0), 0) / bound.length;
    };
    ordered = ordered.toSorted((a, b) => mean(a) - mean(b));
  }
  const left = new Set(ordered);
  return ordered
    .map(({ uuid: first }) => {
      const connected = new Set([first]);
      for (const uuid of connected) for (const other of near.get(uuid) ?? []) connected.add(other);
      const group = [...left].filter(({ uuid }) => connected.has(uuid));
      for (const node of group) left.delete(node);
      return group;
    })
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length);
}
