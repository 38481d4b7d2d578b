import type { TSchema } from '@sinclair/typebox';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { messageClass } from '../../src/contract/messages.ts';
import { type Operation, type OperationName, operations } from '../../src/contract/operations.ts';
import { compileRequestValidator } from '../../src/contract/validation/request.ts';
import { contractParameters, parametersOf, requiredOf } from '../support/contract-parameters.ts';
import type { Parameter } from '../support/parameters.ts';

const names = Object.keys(operations) as OperationName[];
const writes = Object.keys(contractParameters) as (keyof typeof contractParameters)[];

/** A value that each required parameter accepts. */
const valid: Record<string, unknown> = {
  name: 'a',
  yaml: '',
  requestCpu: 1,
  requestMemory: 1,
  modelCenterUuid: 'b',
  installPath: 'c',
  startCommand: 'd',
  url: 'e',
  zoneUuid: 'z',
  type: 'VirtualMachine',
  updateDatasetStructs: [],
  managementIp: 'f',
  managementPort: 1,
  accountName: 'admin',
  password: '',
  resourceType: 'ModelVO',
  resourceUuid: '',
  tag: '',
};

const requiredParams = (name: OperationName) =>
  Object.fromEntries(requiredOf(name).map((field) => [field, valid[field]]));

/** Reads a request's parameters: the values, or the sentence of the SYS.1007. */
function readerOf(name: OperationName) {
  const { wrapper = '' }: Operation = operations[name];
  const read = compileRequestValidator(name, () => {});
  return (params: object) => {
    try {
      return read({ query: {}, body: { [wrapper]: params } })().params;
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'invalidArgument') return error.message;
      throw error;
    }
  };
}

/** A schema without what only documents it. */
function bare(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    // A property may have the name of a keyword.
    ['$id', 'description', 'examples', 'default', 'x-zstack-since'].includes(key) && !value.type
      ? undefined
      : value,
  );
}

test.each(names)('%s has the parameters of F46, in its order', (name) => {
  const { properties, required = [] } = operations[name].params as TSchema;
  expect(Object.keys(properties)).toEqual(Object.keys(parametersOf(name)));
  expect(required).toEqual(requiredOf(name));
});

describe.each(writes)('%s', (name) => {
  const parameters = Object.entries<Parameter>(parametersOf(name));
  const read = readerOf(name);
  // A container needs an image, whatever else is given.
  const image = name === 'DeployModelService' && { dockerImage: 'i' };
  const readWith = (params: object) => read({ ...requiredParams(name), ...image, ...params });

  test.each(parameters)('declares the type and bounds of %s', (field, { schema }) => {
    expect(bare((operations[name].params as TSchema).properties[field])).toEqual(schema);
  });

  test.each(parameters)('accepts values of %s', (field, { accepted }) => {
    for (const { what, sent, stored } of accepted) {
      expect([what, readWith({ [field]: sent })]).toEqual([
        what,
        expect.objectContaining({ [field]: stored }),
      ]);
    }
  });

  test.each(parameters)('rejects values of %s', (field, { wrongType, notAllowed }) => {
    for (const { what, sent, details } of [...wrongType, ...notAllowed]) {
      expect([what, readWith({ [field]: sent })]).toEqual([
        what,
        details(field, messageClass(name)),
      ]);
    }
  });

  test('reports missing parameters in order, null like absent', () => {
    const given: Record<string, unknown> = {};
    for (const field of requiredOf(name)) {
      const sentence = `field[${field}] of message[${messageClass(name)}] is mandatory, can not be null`;
      expect(read(given)).toBe(sentence);
      expect(read({ ...given, [field]: null })).toBe(sentence);
      given[field] = valid[field];
    }
    expect(read(given)).toEqual(given);
  });

  test('reports the first of several arguments, whatever their order in the body', () => {
    const wrong = parameters.flatMap(
      ([
        field,
        {
          notAllowed: [first],
        },
      ]) => (first ? [{ field, ...first }] : []),
    );
    for (const [index, { field, details }] of wrong.entries()) {
      const rest = wrong.slice(index).reverse();
      const params = Object.fromEntries(rest.map(({ field, sent }) => [field, sent]));
      expect(readWith(params)).toBe(details(field, messageClass(name)));
    }
  });

  test('reports types before arguments', () => {
    const wrong = parameters.map(([field, { notAllowed }]) => [field, notAllowed[0]?.sent ?? null]);
    for (const [field, { wrongType }] of parameters) {
      for (const { sent, details } of wrongType.slice(0, 1)) {
        const params = { ...Object.fromEntries(wrong), [field]: sent };
        expect(readWith(params)).toBe(details(field, messageClass(name)));
      }
    }
  });
});
