import { rawRequest } from './raw-http.ts';
import { requiredModelParams, requiredServiceParams } from './resources.ts';
import { API, ROOT } from './server.ts';

export const JSON_TYPE = { 'Content-Type': 'application/json' };
const KIB = 1024;
const MIB = KIB * KIB;
const UUID = '6c1a5f6167944aa1886294842075279f';
const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;

const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));

/** A request with a body of any bytes. */
export function withBody(method: string, path: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const headers = { ...JSON_TYPE, 'Content-Length': String(bytes.length) };
  return Buffer.concat([Buffer.from(rawRequest(method, path, headers)), bytes]);
}

const post = (body: string | Buffer) => withBody('POST', MODELS, body);
const addModel = (param: object) =>
  post(JSON.stringify({ param: { ...requiredModelParams, ...param } }));
const addService = (param: object) =>
  withBody('POST', SERVICES, JSON.stringify({ param: { ...requiredServiceParams, ...param } }));
const updateService = (param: object) =>
  withBody('PUT', `${SERVICES}/${UUID}`, JSON.stringify({ updateModelService: param }));
const get = (path: string, headers: Record<string, string> = {}) =>
  Buffer.from(rawRequest('GET', path, headers));
/** A body in chunks, as its bytes are sent. */
const chunks = (body: string) =>
  Buffer.from(rawRequest('POST', MODELS, { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' }) + body);
const param = JSON.stringify(requiredModelParams);

/** Bodies that are expensive for a parser or its users. */
export const bodies: Record<string, Buffer> = {
  '32 MiB of brackets': post('['.repeat(32 * MIB)),
  '32 MiB of objects in objects': post('{"a":'.repeat(6 * MIB)),
  '16 MiB of one text': post(`"${'a'.repeat(16 * MIB)}"`),
  '8 MiB of escapes': post(`{"param":{"logo":"${'\\u0061'.repeat((8 * MIB) / 6)}"}}`),
  '8 MiB of one number': post(`{"param":{"size":${'9'.repeat(8 * MIB)}}}`),
  '200,001 values': post(`[${'0,'.repeat(200_000)}0]`),
  '65 levels': post('['.repeat(65) + ']'.repeat(65)),
  'a member of every object': post(
    `{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"param":${param}}`,
  ),
  'every object’s members as vendors': addService({
    vendorToSpecUuidsMap: JSON.parse('{"__proto__":["a"],"constructor":["b"],"toString":["c"]}'),
  }),
  'keys that are there twice': post(
    `{"param":{"name":"first"},"param":${param.replace('}', ',"name":"second","name":"third"}')}}`,
  ),
  'invalid UTF-8': post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x7d])),
  'a number with a hundred thousand digits': post(`{"param":{"size":1.${'0'.repeat(100_000)}1}}`),
  'a hundred thousand numbers that are no integers': post(`[${'1.5,'.repeat(99_999)}1.5]`),
  'a hundred thousand keys that begin alike': post(
    `{"param":{${times(99_000, (index) => `"${'k'.repeat(20)}${index}":0`).join()}}}`,
  ),
  'a hundred thousand keys that are indexes': post(
    `{"param":{${times(99_000, (index) => `"${(index * 65_536) % 4_294_967_291}":0`).join()}}}`,
  ),
  'a hundred thousand keys of the same length and sum': post(
    `{"param":{${times(99_000, (index) => `"${index.toString(2).padStart(17, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB')}":0`).join()}}}`,
  ),
};

/** Lists of a hundred thousand. */
export const lists: Record<string, Buffer> = {
  tagUuids: addModel({ tagUuids: times(100_000, (index) => `tag ${index}`) }),
  userTags: post(
    JSON.stringify({ param: requiredModelParams, userTags: times(100_000, (i) => `tag ${i}`) }),
  ),
  modelUuids: addService({ modelUuids: times(100_000, (index) => String(index)) }),
  modelServiceUuids: addModel({ modelServiceUuids: times(100_000, (index) => String(index)) }),
  recommendedGpuNum: addModel({ recommendedGpuNum: times(100_000, (index) => index) }),
  'well-formed uuids to delete': withBody(
    'DELETE',
    MODELS,
    JSON.stringify({
      uuids: times(
        100_000,
        (index) => `6c1a5f6167944aa18862${index.toString(16).padStart(12, '0')}`,
      ),
    }),
  ),
  cpuArchitectures: withBody(
    'POST',
    `${SERVICES}/${UUID}`,
    JSON.stringify({ params: { cpuArchitectures: times(100_000, () => 'X86_64') } }),
  ),
  architectureImages: addService({
    architectureImages: times(66_000, (index) => ({
      cpuArchitecture: 'x86_64',
      dockerImage: `image ${index}`,
    })),
  }),
  vendorToSpecUuidsMap: addService({
    vendorToSpecUuidsMap: Object.fromEntries(times(60_000, (index) => [`v${index}`, ['a']])),
  }),
  servicePorts: updateService({ servicePorts: times(100_000, (index) => (index % 65_535) + 1) }),
  environmentParameters: updateService({
    environmentParameters: Object.fromEntries(times(90_000, (index) => [`k${index}`, 'v'])),
  }),
};

const encode = encodeURIComponent;
const query = (condition: string) => get(`${SERVICES}?limit=1&q=${encode(condition)}`);

/** Texts that are expensive for backtracking expressions and patterns. */
export const texts: Record<string, Buffer> = {
  '16 MiB of blanks to be trimmed': addModel({ name: `${' '.repeat(16 * MIB)}a` }),
  'a list of 16 MiB texts': get(`${MODELS}?limit=2`),
  'a yaml of brackets': updateService({ yaml: '['.repeat(65_000), serviceName: 'a' }),
  'a yaml of aliases': updateService({
    yaml: `a: &a [x]\n${times(2000, (i) => `b${i}: &b${i} [*a, *a]\n`).join('')}`,
    serviceName: 'a',
  }),
  'aliases of aliases': updateService({
    yaml: times(30, (i) => `l${i}: &l${i} [${times(9, () => (i ? `*l${i - 1}` : 'x'))}]\n`).join(
      '',
    ),
    serviceName: 'a',
  }),
  'GPU numbers of commas': addModel({ recommendedGpuNum: `${'1,'.repeat(127)}x` }),
  'a pattern of percent signs': query(`yaml~=${'%a'.repeat(500)}~`),
  'a condition of blanks': query(`${' '.repeat(20_000)}x`),
  'a date of digits': query(`createDate=${'2025-'.repeat(4000)}`),
  'a header of blanks': get(MODELS, { Authorization: `OAuth${' '.repeat(50_000)}x y` }),
  'an access key of colons': get(MODELS, {
    Authorization: `ZStack ${':'.repeat(50_000)}`,
    Date: 'Tue, 25 Nov 2025 11:51:50 UTC',
  }),
  'a job’s hook of dots': Buffer.from(
    rawRequest('DELETE', `${MODELS}/${UUID}`, { 'X-Web-Hook': `http://${'a.'.repeat(20_000)}x/` }),
  ),
};

const rawQuery = (...parts: (string | number[])[]): Buffer => {
  const [head = '', tail = ''] = rawRequest('GET', `${SERVICES}?q=name=@`).split('@');
  return Buffer.concat([head, ...parts, tail].map((part) => Buffer.from(part as string)));
};

/** Queries that no client library sends, and conditions that try to be something else. */
export const queries: Record<string, Buffer> = {
  'text in Latin-1': rawQuery([0xe9]),
  'bytes that are no text': rawQuery([0xff, 0xfe, 0xc0, 0xaf, 0x80]),
  'a NUL': rawQuery([0]),
  'a tab and an escape': rawQuery('a\tb', [0x1b], '[31m'),
  'quotes and brackets': rawQuery('"`<>{}|\\^[]'),
  'another statement': query("name=a';DROP TABLE model_services;--"),
  'another statement for a field': query('name;DROP TABLE model_services;--=a'),
  'a subquery': query('name=(SELECT token FROM models)'),
  'a field that is a column': query('model_center_uuid=a'),
  'a field of every object': query('__proto__=1'),
  'ten thousand conditions': get(`${SERVICES}?${times(10_000, () => 'q=a=b').join('&')}`),
  'a list of 20,000 members': get(`${SERVICES}?q=name?=${'a,'.repeat(20_000)}`),
  'a sort that is SQL': get(`${SERVICES}?sort=name;DROP%20TABLE%20models`),
  'fields that are SQL': get(`${SERVICES}?fields=${encode('uuid,(SELECT 1),*,1;--')}`),
  'a field 12,000 times': get(`${SERVICES}?fields=${'uuid,'.repeat(12_000)}`),
  'a limit that is SQL': get(`${SERVICES}?limit=${encode('1;DROP TABLE models')}`),
  'a start that is SQL': get(`${SERVICES}?start=${encode('0 OR 1=1')}`),
  'a parameter 7,000 times': get(`${SERVICES}?${times(7000, () => 'limit=1').join('&')}`),
  'ampersands and equals signs': get(`${SERVICES}?${'&=&&==&=&'.repeat(6000)}`),
};

/** Paths that try to be others. */
export const paths: Record<string, Buffer> = Object.fromEntries(
  [
    `${MODELS}/..%2f..%2f..%2fetc%2fpasswd`,
    `${MODELS}/../../../../etc/passwd`,
    `${MODELS}/%2e%2e/%2e%2e/accounts`,
    `${MODELS}/%00`,
    `${MODELS}%2f${UUID}`,
    `${MODELS}/%252e%252e`,
    `${MODELS}/%c0%ae%c0%ae/`,
    `${MODELS}/%`,
    '//zstack//v1////ai//models',
    `${'/'.repeat(60_000)}`,
    `/zstack/v1/${'a/'.repeat(30_000)}`,
    `${MODELS}/${'a'.repeat(70_000)}`,
    `${MODELS}?${'a'.repeat(200_000)}`,
    `http://example.com${MODELS}`,
    'http://[::1',
    'https://user:password@localhost:1/zstack/v1/ai/models',
    '*',
    `/docs/static/..%2f..%2f..%2f..%2fpackage.json`,
    `/docs/static/%2e%2e/%2e%2e/package.json`,
    `/docs/static//etc/passwd`,
    '/__proto__',
    `${ROOT}/accounts/sessions/__proto__/valid`,
    `${ROOT}/api-jobs/__proto__`,
    `${MODELS};jsessionid=1`,
    `${MODELS}#fragment`,
    `${MODELS}?__proto__[x]=1&constructor.prototype=2`,
  ].map((path) => [path.slice(0, 60), get(path)]),
);

/** Heads that hold more than a head should. */
export const heads: Record<string, Buffer> = {
  'one header of 200 KiB': get(MODELS, { 'X-Bomb': 'a'.repeat(200 * KIB) }),
  '60,000 headers': get(MODELS, Object.fromEntries(times(60_000, (i) => [`X-${i}`, '']))),
  'a header 3,000 times': get(MODELS, { Cookie: times(3000, () => 'a=b').join('\r\nCookie: ') }),
  'headers of every object': get(MODELS, {
    ['__proto__']: 'a',
    constructor: 'b',
    'x-constructor': 'c',
  }),
  'two hosts': get(MODELS, { Host: 'a\r\nHost: b' }),
  'two sessions': get(MODELS, { Authorization: 'OAuth a\r\nAuthorization: OAuth b' }),
  'an endless verb': Buffer.from(`${'A'.repeat(100_000)} / HTTP/1.1\r\n\r\n`),
  'a body of one byte a chunk': chunks(`${'1\r\na\r\n'.repeat(500_000)}0\r\n\r\n`),
  'trailers without end': chunks(`2\r\n{}\r\n0\r\n${'X-A: b\r\n'.repeat(50_000)}\r\n`),
};

/** What a smuggled request would be seen by. */
export const SMUGGLED = 'smuggled';
const hidden = addModel({ name: SMUGGLED }).toString();

/** A request with these headers and this body, byte by byte. */
const smuggling = (headers: string, body: string): Buffer =>
  Buffer.from(`${rawRequest('POST', MODELS, JSON_TYPE).trimEnd()}\r\n${headers}\r\n\r\n${body}`);
/** A request that hides another behind its possible end. */
const hiding = (headers: string, before = '') => smuggling(headers, before + hidden);
const END = '0\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked';
const { length } = hidden;
const chunked = `${length.toString(16)}\r\n${hidden}\r\n${END}`;

/** Requests whose end two readers of HTTP may see at different places, with another one in between. */
export const smuggled: Record<string, Buffer> = {
  'a length and chunks': hiding('Content-Length: 5\r\nTransfer-Encoding: chunked', END),
  'chunks and a length': hiding(`${CHUNKED}\r\nContent-Length: ${length + 5}`, END),
  'two lengths': hiding(`Content-Length: 0\r\nContent-Length: ${length}`),
  'lengths in a list': hiding(`Content-Length: 0, ${length}`),
  'a length with a sign': hiding('Content-Length: +0'),
  'a length beyond all': hiding('Content-Length: 18446744073709551616'),
  'a blank before the colon': hiding(`Content-Length : ${length}`),
  'a blank before the name': hiding(` Content-Length: ${length}`),
  'a length on a folded line': hiding(`X-A: b\r\n Content-Length: ${length}\r\nContent-Length: 0`),
  'chunks and a blank before the colon': hiding(
    `Transfer-Encoding : chunked\r\nContent-Length: 5`,
    END,
  ),
  'an unknown encoding': hiding('Transfer-Encoding: xchunked', END),
  'chunks, then identity': hiding('Transfer-Encoding: chunked, identity', END),
  'chunks twice': hiding('Transfer-Encoding: chunked, chunked\r\nContent-Length: 5', END),
  'two encodings': hiding(
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 5',
    END,
  ),
  'chunks after a control character': hiding(
    'Transfer-Encoding: \x0bchunked\r\nContent-Length: 5',
    END,
  ),
  'a line ended by LF only': hiding(`X-A: b\nContent-Length: 0\nX-B: c`),
  'a NUL in a header': hiding(`X-A: \0\r\nContent-Length: 0`),
  'a chunk’s size in another base': smuggling(CHUNKED, `0x${chunked}`),
  'a chunk’s size beyond all': smuggling(CHUNKED, `10000000000000000${chunked}`),
  'a chunk that ends by LF only': smuggling(CHUNKED, `2\r\n{}\n${chunked}`),
  'an extension with a line end': smuggling(CHUNKED, `2;a\n{}\r\n0\r\n\r\n${chunked}`),
  'a chunk that is longer than it says': smuggling(CHUNKED, `1\r\n${hidden}\r\n0\r\n\r\n`),
  'a whole request as a body': hiding(`Content-Length: ${length}`),
  'a whole request as a chunk': smuggling(CHUNKED, chunked),
  'a whole request as the body of a GET': Buffer.concat([
    get(MODELS, { 'Content-Length': String(length) }),
    Buffer.from(hidden),
  ]),
  'a whole request after an upgrade': Buffer.from(
    `${rawRequest('CONNECT', 'localhost:80')}${hidden}`,
  ),
  'chunks in HTTP/1.0': Buffer.from(
    smuggling(CHUNKED, chunked).toString().replace('HTTP/1.1', 'HTTP/1.0'),
  ),
  'a version before HTTP/1': Buffer.from(`GET ${MODELS}\r\n\r\n${hidden}`),
};
