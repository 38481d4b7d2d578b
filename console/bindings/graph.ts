import type { Schemas } from '../api/client.ts';
import { countResources, kindOf, listResources, type Resource } from '../resources/kinds.ts';

export interface Node extends Resource {
  kind: 'model' | 'service';
  /** The nodes that it is bound to. */
  bound: Node[];
  /** Number of all that it is bound to; undefined where that is not known. */
  count?: number;
}

type Ref = Schemas['ModelServiceRefInventory'];

/** A model that is bound to a service. */
export interface Edge extends Ref {
  model: Node;
  service: Node;
}

export interface Graph {
  nodes: Node[];
  edges: Edge[];
  /** Whether it has all models and services, and not only some of them. */
  isWhole: boolean;
  /** Number of all models and services. */
  total: number;
  /** Number of nodes that are bound to the chosen one and left out. */
  omitted: number;
}

/** Number of nodes up to which all of them are shown. */
const WHOLE_MAX = 500;
/** Maximum number of resources in a request. */
const PAGE = 100;

type Query = Parameters<typeof listResources>[1];

/** The kinds of nodes, with the member of a binding that names the other; a model may have very many bindings. */
const sides = [
  { kind: 'model', resources: kindOf('models'), other: 'modelServiceUuid', fields: 'uuid,name' },
  { kind: 'service', resources: kindOf('services'), other: 'modelUuid', fields: undefined },
] as const;

/**
 * Loads all models and services with their bindings; from some 500 on, the first 100 of each whose names contain a text,
 * or, without a text, the chosen one with what it is bound to.
 * @param chosen UUID of a model or service; empty for none
 * @throws Failure
 */
export async function loadGraph(chosen: string, text: string, signal: AbortSignal): Promise<Graph> {
  const isBound = (other: string) => [`modelServiceRefs.${other}=${chosen}`];
  const count = async (conditionsOf: (other: string) => string[]) => {
    const counts = sides.map(({ resources, other }) =>
      countResources(resources, conditionsOf(other), signal),
    );
    return (await Promise.all(counts)).reduce((sum, each) => sum + each);
  };
  const total = await count(() => []);
  const isWhole = total <= WHOLE_MAX;
  const isNear = !isWhole && text === '' && chosen !== '';
  const queriesOf = (other: string): Query[] => {
    const pages = Array.from({ length: Math.ceil(total / PAGE) }, (_, index) => index * PAGE);
    if (isWhole) return pages.map((start) => ({ start }));
    if (isNear) return [{ q: [`uuid=${chosen}`] }, { q: isBound(other) }];
    const q = text === '' ? [] : [`name~=%${text.replace(/[\\%_]/g, '\\$&')}%`];
    return [{ q, sort: '+name' }];
  };
  const lists = sides.flatMap(({ kind, resources, other, fields }) =>
    queriesOf(other).map(async (query) => {
      const list = await listResources(resources, { limit: PAGE, fields, ...query }, signal);
      return list.map((resource): Node => ({ ...resource, kind, bound: [] }));
    }),
  );
  const [found, bound] = await Promise.all([Promise.all(lists), isNear ? count(isBound) : 0]);
  const nodes = found.flat();
  const edges = connect(nodes);
  const omitted = isNear ? bound - edges.length : 0;
  const known = nodes.filter(({ uuid }) => isWhole || (isNear && uuid === chosen));
  for (const node of known) node.count = node.bound.length + omitted;
  return { nodes, edges, isWhole, total, omitted };
}

/** Connects services with the models that they are bound to. */
function connect(nodes: Node[]): Edge[] {
  const byUuid = new Map(nodes.map((node) => [node.uuid, node]));
  return nodes.flatMap((service) => {
    const refs = (service.modelServiceRefs ?? []) as Ref[];
    return refs.flatMap((ref) => {
      const model = byUuid.get(ref.modelUuid);
      if (!model) return [];
      model.bound.push(service);
      service.bound.push(model);
      return [{ ...ref, model, service }];
    });
  });
}

/** The groups of connected nodes, the largest first; each from node to node, which leaves few crossings. */
export function groupsOf(nodes: Node[]): Node[][] {
  const left = new Set(nodes);
  const groups: Node[][] = [];
  for (const first of left) {
    const group = new Set([first]);
    for (const { bound } of group) {
      for (const other of bound) if (left.has(other)) group.add(other);
    }
    for (const node of group) left.delete(node);
    groups.push([...group]);
  }
  return groups.sort((a, b) => b.length - a.length);
}
