import type { Schemas } from '../api/client.ts';
import { countResources, type Kind, kindOf, listResources } from '../resources/kinds.ts';

export interface Node {
  uuid: string;
  name: string;
  kind: 'model' | 'service';
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
  /** Whether it has all models and services, and not only what is bound to the chosen one. */
  isWhole: boolean;
  /** Number of all models and services. */
  total: number;
  /** Number of services that are bound to the chosen model and left out. */
  omitted: number;
}

/** Number of nodes up to which all of them are shown. */
const WHOLE_MAX = 500;
/** Maximum number of resources in a request. */
const PAGE = 100;

type Service = Schemas['ModelServiceInventory'];
type Model = Pick<Schemas['ModelInventory'], 'uuid' | 'name'>;
type Query = Parameters<typeof listResources>[1];

const [serviceKind, modelKind] = [kindOf('services'), kindOf('models')];

async function getServices(query: Query, signal: AbortSignal) {
  return (await listResources(
    serviceKind,
    { limit: PAGE, ...query },
    signal,
  )) as object[] as Service[];
}

function getModels(query: Query, signal: AbortSignal): Promise<Model[]> {
  return listResources(modelKind, { limit: PAGE, fields: 'uuid,name', ...query }, signal);
}

/**
 * Loads all models and services with their bindings; from some 500 on, only the chosen one with what it is bound to.
 * @param chosen UUID of a model or service; empty for none
 * @throws Failure
 */
export async function loadGraph(chosen: string, signal: AbortSignal): Promise<Graph> {
  const count = (kind: Kind) => countResources(kind, [], signal);
  const total = (await count(modelKind)) + (await count(serviceKind));
  if (total > WHOLE_MAX) {
    const near = chosen === '' ? none : await loadNeighbours(chosen, signal);
    return { ...near, isWhole: false, total };
  }
  const starts = Array.from({ length: Math.ceil(total / PAGE) }, (_, index) => index * PAGE);
  const models = await Promise.all(starts.map((start) => getModels({ start }, signal)));
  const services = await Promise.all(starts.map((start) => getServices({ start }, signal)));
  return { ...toGraph(models.flat(), services.flat()), isWhole: true, total, omitted: 0 };
}

const none = { nodes: [], edges: [], omitted: 0 };

async function loadNeighbours(chosen: string, signal: AbortSignal) {
  const q = [`uuid=${chosen}`];
  const [model] = await getModels({ q }, signal);
  if (model) {
    const isBound = [`modelServiceRefs.modelUuid=${chosen}`];
    const services = await getServices({ q: isBound }, signal);
    const total = await countResources(serviceKind, isBound, signal);
    return { ...toGraph([model], services), omitted: total - services.length };
  }
  const services = await getServices({ q }, signal);
  const bound = services.flatMap(({ modelServiceRefs }) => modelServiceRefs);
  const uuids = bound.slice(0, PAGE).map(({ modelUuid }) => modelUuid);
  const models = await getModels({ q: [`uuid?=${uuids.join(',')}`] }, signal);
  return { ...toGraph(models, services), omitted: bound.length - models.length };
}

function toGraph(models: Model[], services: Service[]): Pick<Graph, 'nodes' | 'edges'> {
  const known = new Set(models.map(({ uuid }) => uuid));
  const edges = services.flatMap(({ uuid: service, modelServiceRefs }) =>
    modelServiceRefs
      .filter(({ modelUuid }) => known.has(modelUuid))
      .map(({ modelUuid: model, isDefault }) => ({ model, service, isDefault })),
  );
  const nodes = [
    ...models.map(({ uuid, name }): Node => ({ uuid, name, kind: 'model' })),
    ...services.map(({ uuid, name }): Node => ({ uuid, name, kind: 'service' })),
  ];
  return { nodes, edges };
}

/** Finds models and services whose names contain a text, at most 100 of each. @throws Failure */
export async function findByName(text: string, signal: AbortSignal): Promise<Node[]> {
  const pattern = text.replace(/[\\%_]/g, '\\$&');
  const query = { sort: '+name', ...(text !== '' && { q: [`name~=%${pattern}%`] }) };
  const models = await getModels(query, signal);
  const services = await getServices(query, signal);
  return toGraph(models, services).nodes;
}

/** For each node what it is bound to. */
export function neighbours(edges: readonly Edge[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (one: string, other: string) =>
    found.set(one, (found.get(one) ?? new Set()).add(other));
  for (const { model, service } of edges) {
    add(model, service);
    add(service, model);
  }
  return found;
}
