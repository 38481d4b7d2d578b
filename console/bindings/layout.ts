import { type Edge, type Node, neighbours } from './graph.ts';

export interface Place extends Node {
  x: number;
  y: number;
}

export interface Layout {
  places: Map<string, Place>;
  width: number;
  height: number;
}

type Block = Omit<Layout, 'places'> & { places: Place[] };
type Near = ReadonlyMap<string, ReadonlySet<string>>;

/** The size of a node. */
export const NODE = { width: 220, height: 26 };
/** Space between rows, between columns of one kind, between models and services, and between groups. */
const GAP = { row: 8, column: 16, edge: 90, group: 36 };
/** Maximum number of rows in a column, so that no group is much higher than wide. */
const ROWS_MAX = 20;
/** Width by height of the whole, about that of the window; more than that because lines of groups leave gaps. */
const SHAPE = innerWidth < 760 ? 0.3 : 3;

/**
 * Places each group of connected nodes as two blocks of columns, models left and services right, and the groups next to
 * each other in lines; nodes without a binding come last.
 */
export function layOut(nodes: readonly Node[], edges: readonly Edge[]): Layout {
  const near = neighbours(edges);
  const groups = connectedGroups(nodes, near).sort((a, b) => b.length - a.length);
  const blocks = groups.filter(({ length }) => length > 1).map((group) => placeGroup(group, near));
  const single = nodes.filter(({ uuid }) => !near.has(uuid));
  // About as wide as a screen.
  if (single.length > 0) blocks.push(placeColumns(single, Math.ceil(Math.sqrt(single.length * 3))));
  return pack(blocks);
}

function connectedGroups(nodes: readonly Node[], near: Near): Node[][] {
  const left = new Map(nodes.map((node) => [node.uuid, node]));
  return nodes.map(({ uuid: first }) => {
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
}

function placeGroup(group: readonly Node[], near: Near): Block {
  let models = group.filter(({ kind }) => kind === 'model');
  let services = group.filter(({ kind }) => kind === 'service');
  // Each kind in the order of the mean position of what it is bound to, which leaves few crossings.
  for (let round = 0; round < 4; round++) {
    services = orderBy(services, models, near);
    models = orderBy(models, services, near);
  }
  const [left, right] = [placeColumns(models), placeColumns(services)];
  const height = Math.max(left.height, right.height);
  const start = left.width + GAP.edge;
  const places = [
    ...moved(left, 0, (height - left.height) / 2),
    ...moved(right, start, (height - right.height) / 2),
  ];
  return { places, width: start + right.width, height };
}

function moved({ places }: Block, x: number, y: number): Place[] {
  return places.map((place) => ({ ...place, x: place.x + x, y: place.y + y }));
}

function orderBy(nodes: readonly Node[], others: readonly Node[], near: Near): Node[] {
  const positions = new Map(others.map(({ uuid }, index) => [uuid, index]));
  const mean = ({ uuid }: Node) => {
    const bound = [...(near.get(uuid) ?? [])];
    return bound.reduce((sum, other) => sum + (positions.get(other) ?? 0), 0) / bound.length;
  };
  return nodes.toSorted((a, b) => mean(a) - mean(b));
}

function placeColumns(nodes: readonly Node[], most = ROWS_MAX): Block {
  const columns = Math.ceil(nodes.length / most);
  const rows = Math.ceil(nodes.length / columns);
  const [width, height] = [NODE.width + GAP.column, NODE.height + GAP.row];
  const places = nodes.map((node, index) => ({
    ...node,
    x: Math.floor(index / rows) * width,
    y: (index % rows) * height,
  }));
  return { places, width: columns * width - GAP.column, height: rows * height - GAP.row };
}

/** Places blocks in lines. */
function pack(blocks: readonly Block[]): Layout {
  const areas = blocks.map(({ width, height }) => (width + GAP.group) * (height + GAP.group));
  const area = areas.reduce((sum, each) => sum + each, 0);
  const limit = Math.max(Math.sqrt(area * SHAPE), ...blocks.map(({ width }) => width));
  const places: Place[] = [];
  let [x, y, lineHeight, width] = [0, 0, 0, 0];
  for (const block of blocks) {
    if (x > 0 && x + block.width > limit) [x, y, lineHeight] = [0, y + lineHeight + GAP.group, 0];
    places.push(...moved(block, x, y));
    width = Math.max(width, x + block.width);
    lineHeight = Math.max(lineHeight, block.height);
    x += block.width + GAP.group;
  }
  const height = y + lineHeight;
  return { places: new Map(places.map((place) => [place.uuid, place])), width, height };
}
