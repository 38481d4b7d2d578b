import type { Schemas } from '../api/client.ts';
import { countResources, kindOf, listResources, type Resource } from '../resources/kinds.ts';

export interface Node extends Resource {
  kind: 'model' | 'service';
  /** Number of nodes that it is bound to; undefined where that is not known. */
  count?: number;
}

/** A model that is bound to a service. */
export type Edge = Schemas['ModelServiceRefInventory'];

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

/** For each node what it is bound to. */
export type Near = Map<string, Set<string>>;

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
      return list.map((resource): Node => ({ ...resource, kind }));
    }),
  );
  const [found, bound] = await Promise.all([Promise.all(lists), isNear ? count(isBound) : 0]);
  const nodes = found.flat();
  const uuids = new Set(nodes.map(({ uuid }) => uuid));
  const edges = nodes
    .flatMap(({ modelServiceRefs = [] }) => modelServiceRefs as Edge[])
    .filter(({ modelUuid }) => uuids.has(modelUuid));
  const omitted = isNear ? bound - edges.length : 0;
  const near = neighbours(edges);
  for (const node of nodes) {
    const isKnown = isWhole || (isNear && node.uuid === chosen);
    if (isKnown) node.count = (near.get(node.uuid)?.size ?? 0) + omitted;
  }
  return { nodes, edges, isWhole, total, omitted };
}

export function neighbours(edges: readonly Edge[]): Near {
  const found: Near = new Map();
  const add = (one: string, other: string) =>
    found.set(one, (found.get(one) ?? new Set()).add(other));
  for (const { modelUuid, modelServiceUuid } of edges) {
    add(modelUuid, modelServiceUuid);
    add(modelServiceUuid, modelUuid);
  }
  return found;
}
