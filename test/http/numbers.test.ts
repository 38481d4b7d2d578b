import { beforeEach, describe, expect, test } from 'vitest';
import { addModelService, requiredServiceParams } from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';

let server: Server;
beforeEach(async () => {
  server = await startServer();
});

/** Updates a service with a parameter as it stands on the wire. */
async function update(parameter: string) {
  const { uuid } = await addModelService(server);
  const raw = `{"updateModelService":{${parameter}}}`;
  return server.put(`${API}/model-services/${uuid}`, undefined, { raw });
}

describe('numbers are never rounded (F8 and F9)', () => {
  test.each([
    ['"requestMemory":9007199254740990.6', /but was \[9007199254740990\.6\]/],
    ['"requestMemory":1.00000000000000000000001', /but was \[1\.00000000000000000000001\]/],
    ['"requestMemory":1e400', /but was \[1e400\]/],
    ['"requestMemory":9007199254740992', /must be in range of \[0, 9007199254740991\]/],
    ['"requestMemory":"9007199254740993"', /must be in range of \[0, 9007199254740991\]/],
    ['"requestCpu":9007199254740993', /^9007199254740993 is Integer overflow/],
    ['"requestCpu":1.5', /but was \[1\.5\]/],
    ['"name":9007199254740993', /too large to be exact/],
    ['"name":1e21', /too large to be exact/],
    ['"name":1e-400', /too large to be exact/],
  ])('%s is rejected', async (parameter, sentence) => {
    const { status, body } = await update(parameter);
    expect([status, body.error.code]).toEqual([400, 'SYS.1007']);
    expect(body.error.details).toMatch(sentence);
  });

  test.each([
    ['"name":0.12345678901234567890123', { name: '0.12345678901234567890123' }],
    ['"name":1.10', { name: '1.10' }],
    ['"name":-2.0', { name: '-2.0' }],
    ['"name":1e3', { name: '1000' }],
    ['"name":9007199254740991', { name: '9007199254740991' }],
    ['"requestMemory":9007199254740991', { requestMemory: 9_007_199_254_740_991 }],
    ['"requestCpu":2.0', { requestCpu: 2 }],
    ['"requestCpu":2e1', { requestCpu: 20 }],
  ])('%s is stored as written', async (parameter, stored) => {
    expect((await update(parameter)).body.inventory).toMatchObject(stored);
  });

  test('a number in an unknown field is ignored with the field', async () => {
    const raw = JSON.stringify({ param: requiredServiceParams }).replace(/}$/, ',"x":1e999}');
    expect((await server.post(`${API}/model-services`, undefined, { raw })).status).toBe(200);
  });
});
