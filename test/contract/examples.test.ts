import { describe, expect, test } from 'vitest';
import { examples } from '../../src/contract/examples.ts';
import { type OperationName, operations } from '../../src/contract/operations.ts';
import { compileRequestValidator } from '../../src/contract/validation/request.ts';

const names = Object.keys(operations) as OperationName[];

test('every operation has an example', () => {
  expect(Object.keys(examples)).toEqual(names);
});

describe('an example request is accepted, and every field of it known', () => {
  test.each(names.filter((name) => examples[name].request))('%s', (name) => {
    const read = compileRequestValidator(name, (fields) => {
      throw new Error(`unknown: ${fields}`);
    });
    const wrapper = (operations[name] as { wrapper?: string }).wrapper ?? '';
    const request = examples[name].request as Record<string, object>;
    const { params } = read({ path: () => '', query: {}, body: request })();
    expect(Object.keys(params).toSorted()).toEqual(Object.keys(request[wrapper] ?? {}).toSorted());
  });
});

test('what has a wrapper has an example request, the rest has none', () => {
  for (const name of names) {
    expect([name, examples[name].request !== undefined]).toEqual([
      name,
      'wrapper' in operations[name],
    ]);
  }
});

describe('an example answer', () => {
  test.each(names)('%s says success first, and names no host but example ones', (name) => {
    const { answer } = examples[name];
    expect(Object.keys(answer)[0]).toBe('success');
    const hosts = JSON.stringify(examples[name]).match(/[a-z0-9-]+\.(com|org|net|io|cn)\b/g) ?? [];
    expect(hosts.filter((host) => !host.startsWith('example.'))).toEqual([]);
  });
});
