import {
  addModel,
  addService,
  FAILURE,
  get,
  MODELS,
  type Probe,
  post,
  probe,
  put,
  remove,
  SENTENCE,
  SERVICES,
  update,
  withHeaders,
} from './probe.ts';

const NO_SESSION = { authorization: '' };
const UNKNOWN_SESSION = { authorization: 'OAuth $b' };
const AS_JOB = { 'x-job-uuid': '$a' };
const HOOK = { 'x-web-hook': 'http://127.0.0.1:9/' };
const list = `${MODELS}?limit=0`;
const JOBS = '/zstack/v1/api-jobs';

/** How requests are answered: jobs, envelopes, failures, sessions and the order of the checks. */
export const replies: readonly Probe[] = [
  probe('F1', 'a write is answered with its result', addModel({}, 'reply')),
  probe(
    'F1-2',
    'a write that names a job is answered with the job',
    withHeaders(AS_JOB, addModel({}, 'reply status inventory.name')),
  ),
  probe(
    'F1-3',
    'a write that prefers it is answered with a job',
    withHeaders({ prefer: 'respond-async' }, addModel({}, 'reply status inventory.name')),
  ),
  probe(
    'F1-4',
    'a query ignores the headers of jobs, even malformed ones',
    withHeaders({ 'x-job-uuid': 'a' }, get(list, 'reply status members')),
  ),
  probe(
    'F2',
    'success is the first member of a success, and the error the only one of a failure',
    addModel({}, 'members'),
    get(list, 'members'),
    post(MODELS, { param: {} }, 'members'),
  ),
  probe(
    'F3',
    'what is unset is left out; empty lists and maps are not',
    addService(
      {},
      'inventory.description inventory.modelServiceRefs inventory.modelServiceImages inventory.vendorToSpecUuidsMap',
    ),
  ),
  probe('F4', 'an invalid argument is 400', post(MODELS, { param: {} }, FAILURE)),
  probe(
    'F5',
    'a write that fails in a job is accepted, and its poll is 503',
    withHeaders(AS_JOB, post(MODELS, { param: {} }, `reply ${FAILURE}`)),
  ),
  probe(
    'F5-2',
    'an unknown session that names a job gets one that has failed',
    withHeaders({ ...AS_JOB, ...UNKNOWN_SESSION }, remove(`${MODELS}/$a`, `reply ${FAILURE}`)),
  ),
  probe(
    'F5-3',
    'an unknown session that names a hook gets the failure itself',
    withHeaders({ ...HOOK, ...UNKNOWN_SESSION }, remove(`${MODELS}/$a`, `reply ${FAILURE}`)),
  ),
  probe(
    'F6',
    'the platform’s plain texts are the details of an error',
    withHeaders(NO_SESSION, get(list, `type members ${SENTENCE}`)),
    get('/zstack/v1/ai/aios-compare', `type members ${SENTENCE}`),
  ),
  probe(
    'F7',
    'dates have the English format, to the second, in the zone of the setting',
    addModel({}, 'inventory.createDate zone'),
  ),
  probe(
    'F34',
    'the session is checked before the body',
    withHeaders(UNKNOWN_SESSION, post(MODELS, '{', FAILURE)),
  ),
  probe(
    'F34-2',
    'types are checked before arguments',
    post(MODELS, { param: { size: 'a' } }, SENTENCE),
  ),
  probe(
    'F34-3',
    'arguments are checked before what exists',
    addService({ modelUuids: ['$a'], framework: 'x'.repeat(256) }, SENTENCE),
  ),
  probe('F51', 'a request needs a session', withHeaders(NO_SESSION, get(list, SENTENCE))),
  probe(
    'F51-2',
    'an authorization has a known scheme',
    withHeaders({ authorization: 'Bearer $a' }, get(list, SENTENCE)),
  ),
  probe(
    'F51-3',
    'a session is known',
    withHeaders(UNKNOWN_SESSION, get(list, `${SENTENCE} error.description`)),
  ),
  probe(
    'F51-4',
    'a signed request has a date',
    withHeaders({ authorization: 'ZStack aios:compare' }, get(list, SENTENCE)),
  ),
  probe('F52', 'an unknown path is 404', get('/zstack/v1/ai/aios-compare', SENTENCE)),
  probe('F52-2', 'a method that a path lacks is 405', put(MODELS, {}, FAILURE)),
  probe(
    'F52-3',
    'a body is JSON',
    withHeaders({ 'content-type': 'text/plain' }, post(MODELS, 'aios-compare', FAILURE)),
  ),
  probe('F52-4', 'invalid JSON is 400', post(MODELS, '{', FAILURE)),
  probe(
    'F52a',
    'a body needs a content type',
    withHeaders({ 'content-type': '' }, post(MODELS, { param: {} }, FAILURE)),
  ),
  probe(
    'F55',
    'counts, pages with a count, and bulk deletes have the envelopes of the table',
    get(`${MODELS}?count=true`, 'members'),
    get(`${list}&replyWithCount=true`, 'members'),
    remove(`${MODELS}?uuids=$a`, 'members results.0.success'),
  ),
  probe(
    'F55-2',
    'a session is validated by its path',
    withHeaders(NO_SESSION, get('/zstack/v1/accounts/sessions/$session/valid', 'members valid')),
    withHeaders(NO_SESSION, get('/zstack/v1/accounts/sessions/$a/valid', 'members valid')),
  ),
  probe(
    'F56',
    'a job has a location and a timeout',
    withHeaders(AS_JOB, remove(`${MODELS}/$b`, 'accepted status members')),
  ),
  probe(
    'F56-2',
    'X-API-Timeout is the timeout of a job',
    withHeaders({ ...AS_JOB, 'x-api-timeout': '60' }, remove(`${MODELS}/$b`, 'accepted')),
  ),
  probe(
    'F56-3',
    'the UUID of a job has 32 characters',
    withHeaders({ 'x-job-uuid': 'a' }, remove(`${MODELS}/$b`, SENTENCE)),
  ),
  probe(
    'F56-4',
    'the UUID of a job is used once',
    withHeaders(AS_JOB, remove(`${MODELS}/$b`)),
    withHeaders(AS_JOB, remove(`${MODELS}/$b`, SENTENCE)),
  ),
  probe('F56-5', 'an unknown job is 404', get(`${JOBS}/$a`, SENTENCE)),
  probe('F56-6', 'a job can only be polled', post(`${JOBS}/$a`, {}, SENTENCE)),
  probe(
    'F56d',
    'a hook whose host is unknown is rejected',
    withHeaders(
      { 'x-web-hook': 'http://aios-compare.invalid/' },
      remove(`${MODELS}/$b`, `reply ${FAILURE}`),
    ),
  ),
  probe(
    'F58',
    'a timeout that is no number is 400',
    withHeaders({ 'x-api-timeout': 'a' }, get(list, FAILURE)),
  ),
  probe(
    'F58b',
    'an empty timeout counts as absent',
    withHeaders({ 'x-api-timeout': ' ' }, get(list, FAILURE)),
  ),
  probe(
    'F31',
    'an update can be sent to actions',
    addService(),
    put(`${SERVICES}/$1/actions`, { updateModelService: {} }, 'status inventory.uuid'),
  ),
  probe('F31-2', 'doubled slashes count as one', get(`/zstack//v1/ai//models?limit=0`, FAILURE)),
  probe('F31-3', 'a slash at the end is 404', get(`${MODELS}/`, FAILURE)),
  probe(
    'F32',
    'an update of a service names an action',
    addService(),
    put(`${SERVICES}/$1`, { aiosCompare: {} }, SENTENCE),
  ),
  probe(
    'F32b',
    'an action that is null is an empty update',
    addService(),
    put(`${SERVICES}/$1`, { updateModelService: null }, 'status inventory.name'),
    addModel(),
    put(`${MODELS}/$3`, {}, 'status inventory.name'),
  ),
  probe(
    'F33',
    'an empty body is no body',
    addService(),
    post(`${SERVICES}/$1`, undefined, 'status inventory.name'),
    post(MODELS, undefined, SENTENCE),
  ),
  probe(
    'F37',
    'the version is 5.5.22',
    put('/zstack/v1/management-nodes/actions', { getVersion: {} }, 'version'),
  ),
  probe(
    'F61',
    'the version can be asked for without a session',
    withHeaders(
      NO_SESSION,
      put('/zstack/v1/management-nodes/actions', { getVersion: {} }, 'status members'),
    ),
  ),
  probe(
    'F61a',
    'readiness can be asked for without a session, and names the node',
    withHeaders(NO_SESSION, get('/zstack/v1/management-nodes/ready', 'status members')),
  ),
  probe(
    'F60',
    'a message is answered',
    post(
      '/zstack/api/',
      { 'org.zstack.ai.message.APIQueryModelMsg': { session: { uuid: '$session' }, limit: 0 } },
      'status state result',
    ),
  ),
  probe(
    'F60-2',
    'a message needs a session',
    post('/zstack/api/', { 'org.zstack.ai.message.APIQueryModelMsg': {} }, 'status state result'),
  ),
  probe(
    'F60a',
    'an unknown class of a message is an invalid argument',
    post('/zstack/api/', { 'org.zstack.ai.message.APINoneMsg': {} }, 'status result'),
  ),
  probe(
    'F36',
    'an answer has the classes of its objects where the header asks for them',
    withHeaders({ 'x-json-schema': 'true' }, addService({}, 'schema')),
  ),
  probe(
    'F36a',
    'without the header an answer has no classes',
    addModel(),
    get(`${MODELS}/$1`, 'schema'),
  ),
  probe(
    'F36b',
    'an image has a class',
    addService({
      architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'registry/aios-compare' }],
    }),
    withHeaders({ 'x-json-schema': 'true' }, get(`${SERVICES}/$1`, 'schema')),
  ),
  probe(
    'F14',
    'what an update does not name stays',
    addService({ description: 'a' }),
    update(
      { requestCpu: 2, name: null },
      'inventory.name inventory.description inventory.requestCpu',
    ),
  ),
];
