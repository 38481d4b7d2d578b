import { expect } from 'vitest';
import { type Operation, operations } from '../../src/contract/operations.ts';
import { parametersOf, requiredOf, type Write } from './contract-parameters.ts';
import type { Answer, CallOptions, Server } from './server.ts';
import { sharedServer } from './shared-server.ts';

type Params = Record<string, unknown>;

/** A request that is ready to be sent. */
export interface Prepared {
  path: string;
  /** Parameters with which it succeeds; those that are required, where none are given here. */
  params?: Params;
}

/** What distinguishes one write from the others. */
export interface WriteFacts {
  operation: Write;
  /** The list in which its inventory is found. */
  list: string;
  /** Adds the resources that the write refers to. */
  prepare(server: Server): Promise<Prepared>;
  /** The kind of its inventory in the database; absent for tags. */
  kind?: 'service' | 'model' | 'center' | 'deployment' | 'dataset';
  /** The platform's name of the kind of resource that its tags are attached to. */
  tagged?: string;
  /** Parameters that no answer and no log line contains. */
  hidden?: readonly string[];
  /** Parameters whose effect is more than a field of that name; they have tests of their own. */
  special?: readonly string[];
  /** A text parameter, by which tests recognise one of two wrappers. */
  label?: string;
  /** A path parameter that refers to a resource: the path with another uuid in it. */
  target?: { field: string; type: string; path(uuid: string): string };
  /** A field of another operation, which this one doesn't have. */
  foreign: string;
}

/** What the tests of one write need: its facts, its entry in the catalogue, servers and requests. */
export function writeContext(facts: WriteFacts) {
  const { operation, list, prepare } = facts;
  const entry: Operation = operations[operation];
  const { wrapper = '', wrapperAliases = [], aliases = [] } = entry;
  const wrappers = [wrapper, ...wrapperAliases];
  const parameters = parametersOf(operation);
  const required = requiredOf(operation);
  const isUpdate = entry.method === 'PUT' && !('resourceUuid' in parameters);
  /** What the operation's other path ends in: an update has one with and one without `/actions`. */
  const suffixes = aliases.length > 0 ? ['', '/actions'] : [''];

  const server = sharedServer();
  /** For tests that compare the whole database, which stays small on a server of their own. */
  const unchanged = sharedServer();
  const strict = sharedServer({ unknownFields: 'reject' });

  const call = (on: Server, path: string, body: unknown, options?: CallOptions) =>
    on.call(entry.method, path, body, options);
  const ready = async (on: Server) => {
    const { path, params = {} } = await prepare(on);
    return {
      path,
      params,
      send: (given: Params = {}, beside: object = {}) =>
        call(on, path, { [wrapper]: { ...params, ...given }, ...beside }),
    };
  };
  const inventoryOf = ({ status, body }: Answer) => {
    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    return body.inventory;
  };
  const read = async (on: Server, uuid: string) => {
    const { body } = await on.get(`${list}/${uuid}`);
    expect(body.inventories).toHaveLength(1);
    return body.inventories[0];
  };
  const nulls = Object.fromEntries(
    Object.keys(parameters).flatMap((field) => (required.includes(field) ? [] : [[field, null]])),
  );
  return {
    ...facts,
    entry,
    wrapper,
    wrappers,
    parameters,
    required,
    isUpdate,
    suffixes,
    server,
    unchanged,
    strict,
    call,
    ready,
    inventoryOf,
    read,
    nulls,
    label: facts.label ?? 'name',
  };
}

export type WriteContext = ReturnType<typeof writeContext>;

/** An inventory in which no uuid distinguishes it from another. */
export const withoutUuids = (inventory: object) =>
  JSON.parse(JSON.stringify(inventory).replaceAll(/[0-9a-f]{32}/g, '*'));
