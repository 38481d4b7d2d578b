import { beforeEach, describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
const MODEL = { param: requiredModelParams };

let server: Server;
beforeEach(async () => {
  server = await startServer();
});

describe('undocumented headers of the vendor’s clients are accepted', () => {
  test.each([
    ['X-Session-Id', 'b86c9016b4f24953a9edefb53ca0678c'],
    ['X-API-Timeout', '1800'],
    ['Accept-Encoding', '*'],
  ])('%s: %s changes nothing of the answer', async (name, value) => {
    const answer = await server.post(MODELS, MODEL, { headers: { [name]: value } });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(['success', 'inventory']);
    expect(answer.headers.get('content-encoding')).toBeNull();
  });
});

describe('an unreadable X-Web-Hook (F58)', () => {
  const headers = (hook: string) => ({ headers: { 'X-Web-Hook': hook } });

  test.each([
    'not a url',
    '/path',
    'ftp://a/b',
    'file:///etc/passwd',
    'javascript:1',
  ])('%s is rejected on a write, which does nothing', async (hook) => {
    const answer = await server.post(MODELS, MODEL, headers(hook));
    expectFailure(
      answer,
      400,
      'SYS.1007',
      'Invalid header[X-Web-Hook], it must be an http or https URL',
    );
    expect(server.rows('models')).toEqual([]);
  });

  test('is ignored on a read', async () => {
    const answer = await server.get(MODELS, headers('not a url'));
    expect(answer.status).toBe(200);
  });
});
