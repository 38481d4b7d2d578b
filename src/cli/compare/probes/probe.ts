/**
 * A request of a probe. In its texts `$center` stands for the UUID of a model center, `$name` for a name that begins
 * with `aios-compare-`, `$session` for the session, `$1` for the UUID that the probe's first answer has, and so on, `$a`
 * and `$b` for new UUIDs.
 */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From `/zstack` on. */
  path: string;
  /** An object is sent as JSON. */
  body?: object | string | undefined;
  /** Instead of the usual ones; one that is empty is left out. */
  headers?: Record<string, string>;
  /** The members of the answer that the decision is about, separated by spaces; without any, the call prepares others. */
  see?: string | undefined;
}

/** What to ask a server about a decision of docs/fidelity.md. */
export interface Probe {
  /** The decision's number; further probes of it end with `-2` and so on. */
  id: string;
  /** What this server does. */
  what: string;
  calls: readonly Call[];
  /** Whether it deploys a service, which takes resources of a real platform. */
  deploys?: true;
}

/** The decision that a probe is about: `F12` of `F12-2`. */
export const decisionOf = (id: string): string => id.replace(/-.*/, '');

export const probe = (id: string, what: string, ...calls: Call[]): Probe => ({ id, what, calls });

const AI = '/zstack/v1/ai';
export const MODELS = `${AI}/models`;
export const SERVICES = `${AI}/model-services`;
export const CENTERS = `${AI}/model-centers`;
export const DATASETS = `${AI}/datasets`;
export const GROUPS = `${SERVICES}/instances/groups`;
export const USER_TAGS = '/zstack/v1/user-tags';

/** What is seen of a failure, without and with its sentence. */
export const FAILURE = 'status error.code';
export const SENTENCE = `${FAILURE} error.details`;

type Params = Record<string, unknown>;

export const get = (path: string, see?: string): Call => ({ method: 'GET', path, see });
export const remove = (path: string, see?: string): Call => ({ method: 'DELETE', path, see });
export const post = (path: string, body?: object | string, see?: string): Call => ({
  ...{ method: 'POST', path, body, see },
});
export const put = (path: string, body?: object | string, see?: string): Call => ({
  ...{ method: 'PUT', path, body, see },
});
export const withHeaders = (headers: Record<string, string>, call: Call): Call => ({
  ...call,
  headers,
});

const requiredOfModel = {
  name: '$name',
  installPath: '/aios-compare',
  modelCenterUuid: '$center',
};
export const addModel = (params: Params = {}, see?: string): Call =>
  post(MODELS, { param: { ...requiredOfModel, ...params } }, see);

const requiredOfService = {
  ...requiredOfModel,
  yaml: 'services: []',
  requestCpu: 1,
  requestMemory: 1024,
  startCommand: 'run',
};
export const addService = (params: Params = {}, see?: string): Call =>
  post(SERVICES, { param: { ...requiredOfService, ...params } }, see);
/** Changes, or clones, the service that the probe's first call has added. */
export const update = (updateModelService: Params, see?: string): Call =>
  put(`${SERVICES}/$1`, { updateModelService }, see);
export const clone = (params: Params, see?: string): Call =>
  post(`${SERVICES}/$1`, { params: { name: '$name-clone', ...params } }, see);
/** Binds the model of the probe's second call to the service of its first one. */
export const bind = (see?: string): Call =>
  post(`${MODELS}/$2/model-services/$1`, { param: {} }, see);

export const addCenter = (see?: string): Call =>
  post(
    CENTERS,
    {
      param: {
        ...{ name: '$name', url: 'nfs://127.0.0.1/aios-compare' },
        ...{ managementIp: '127.0.0.1', managementPort: 8989 },
      },
    },
    see,
  );
export const addDataset = (params: Params = {}, see?: string): Call =>
  post(
    DATASETS,
    {
      params: {
        ...{ name: '$name', url: 'file:///aios-compare', modelCenterUuid: '$center' },
        ...params,
      },
    },
    see,
  );
export const tag = (text: string, see?: string): Call =>
  post(
    USER_TAGS,
    { params: { resourceType: 'ModelVO', resourceUuid: '$1', tag: `aios-compare-${text}` } },
    see,
  );
export const image = (cpuArchitecture: string, dockerImage = 'registry/aios-compare') => ({
  cpuArchitecture,
  dockerImage,
});
