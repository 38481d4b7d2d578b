import type { Schemas } from '../api/client.ts';
import { countResources, kindOf, listResources } from '../resources/kinds.ts';

export interface Node {
  uuid: string;
  name: string;
  kind: 'model' | 'service';
  /** Number of nodes that it is bound to; undefined where that is not known. */
  count?: number | undefined;
}

/** A model that is bound to a service. */
export interface Edge {
  model: string;
  service: string;
  /** Whether the service is the model's default. */
  isDefault: boolean;
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

/** For each node what it is bound to. */
export type Near = Map<string, Set<string>>;

/** Number of nodes up to which all of them are shown. */
const WHOLE_MAX = 500;
/** Maximum number of resources in a request. */
const PAGE = 100;

type Resources = Awaited<ReturnType<typeof listResources>>;
type Query = Parameters<typeof listResources>[1];
type Ref = Schemas['ModelServiceRefInventory'];

/** Models and services, with the member of a binding that names the other. A model may have very many bindings. */
const sides = [
  { kind: kindOf('models'), other: 'modelServiceUuid', fields: 'uuid,name' },
  { kind: kindOf('services'), other: 'modelUuid' },
];

const sumOf = async (counts: Promise<number>[]) =>
  (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);

/**
 * Loads all models and services with their bindings; from some 500 on, the first 100 of each whose names contain a text,
 * or, without a text, the chosen one with what it is bound to.
 * @param chosen UUID of a model or service; empty for none
 * @throws Failure
 */
export async function loadGraph(chosen: string, text: string, signal: AbortSignal): Promise<Graph> {
  const total = await sumOf(sides.map(({ kind }) => countResources(kind, [], signal)));
  const isWhole = total <= WHOLE_MAX;
  const isNear = !isWhole && text === '' && chosen !== '';
  const isBound = (other: string) => [`modelServiceRefs.${other}=${chosen}`];
  const queriesOf = (other: string): Query[] => {
    const pages = Array.from({ length: Math.ceil(total / PAGE) }, (_, index) => index * PAGE);
    if (isWhole) return pages.map((start) => ({ start }));
    if (isNear) return [{ q: [`uuid=${chosen}`] }, { q: isBound(other) }];
    const q = text === '' ? [] : [`name~=%${text.replace(/[\\%_]/g, '\\$&')}%`];
    return [{ q, sort: '+name' }];
  };
  const lists = sides.map(async ({ kind, other, fields }) => {
    const pages = queriesOf(other).map((query) =>
      listResources(kind, { limit: PAGE, fields, ...query }, signal),
    );
    return (await Promise.all(pages)).flat();
  });
  const [models = [], services = []] = await Promise.all(lists);
  const { nodes, edges } = toGraph(models, services);
  const count = () =>
    sumOf(sides.map(({ kind, other }) => countResources(kind, isBound(other), signal)));
  const omitted = isNear ? (await count()) - edges.length : 0;
  const near = neighbours(edges);
  for (const node of nodes) {
    const isKnown = isWhole || (isNear && node.uuid === chosen);
    if (isKnown) node.count = (near.get(node.uuid)?.size ?? 0) + omitted;
  }
  return { nodes, edges, isWhole, total, omitted };
}

function toGraph(models: Resources, services: Resources): Pick<Graph, 'nodes' | 'edges'> {
  const known = new Set(models.map(({ uuid }) => uuid));
  const edges = services.flatMap(({ uuid: service, modelServiceRefs }) =>
    (modelServiceRefs as Ref[])
      .filter(({ modelUuid }) => known.has(modelUuid))
      .map(({ modelUuid: model, isDefault }) => ({ model, service, isDefault })),
  );
  const nodes = [
    ...models.map(({ uuid, name }): Node => ({ uuid, name, kind: 'model' })),
    ...services.map(({ uuid, name }): Node => ({ uuid, name, kind: 'service' })),
  ];
  return { nodes, edges };
}

export function neighbours(edges: readonly Edge[]): Near {
  const found: Near = new Map();
  const add = (one: string, other: string) =>
    found.set(one, (found.get(one) ?? new Set()).add(other));
  for (const { model, service } of edges) {
    add(model, service);
    add(service, model);
  }
  return found;
}
