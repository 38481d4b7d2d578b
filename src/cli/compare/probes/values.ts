import {
  addModel,
  addService,
  bind,
  clone,
  FAILURE,
  get,
  image,
  MODELS,
  type Probe,
  post,
  probe,
  SENTENCE,
  SERVICES,
  tag,
  USER_TAGS,
  update,
} from './probe.ts';

const raw = (member: string, see: string) =>
  post(
    MODELS,
    `{"param":{"name":"$name","installPath":"/aios-compare","modelCenterUuid":"$center",${member}}}`,
    see,
  );
const nested = '['.repeat(65) + ']'.repeat(65);
const unknown = (count: number) => Array.from({ length: count }, () => '$a');

/** Types, limits and the rules of single parameters. */
export const values: readonly Probe[] = [
  probe('F8', 'an Integer has 32 bits', addService({ requestCpu: 2_147_483_648 }, SENTENCE)),
  probe('F8a', 'a Long beyond 2^53 is rejected', raw('"size":9007199254740993', FAILURE)),
  probe('F8b', 'a fraction as a text stays', raw('"description":1.50', 'inventory.description')),
  probe(
    'F9',
    'types are converted',
    addService(
      { requestCpu: ' +7 ', system: 'FALSE', description: 5 },
      'inventory.requestCpu inventory.system inventory.description',
    ),
  ),
  probe('F9-2', 'a fraction is no integer', addService({ requestCpu: 1.5 }, FAILURE)),
  probe('F9-3', 'a boolean is no integer', addService({ requestCpu: true }, FAILURE)),
  probe('F10a', 'unknown fields are ignored', addModel({ aiosCompare: 1 }, FAILURE)),
  probe('F11', 'enumerations are case-sensitive', addService({ type: 'endpoint' }, SENTENCE)),
  probe(
    'F12',
    'architectures are those of the images, in lower case',
    addService(
      { architectureImages: [image('AARCH64'), image('x86_64')] },
      'inventory.cpuArchitectures',
    ),
  ),
  probe(
    'F12-2',
    'an unknown architecture is rejected',
    addService({ architectureImages: [image('riscv')] }, FAILURE),
  ),
  probe(
    'F12-3',
    'a clone has the given architectures, then those of its images',
    addService({ architectureImages: [image('x86_64')] }),
    clone({ cpuArchitectures: ['MIPS64EL'] }, 'inventory.cpuArchitectures'),
  ),
  probe(
    'F14-2',
    'the images of an update replace all images and architectures',
    addService({ architectureImages: [image('x86_64'), image('aarch64')] }),
    update(
      { architectureImages: [image('mips64el')] },
      'inventory.cpuArchitectures inventory.modelServiceImages',
    ),
  ),
  probe('F16b', 'a text with U+0000 is rejected', addModel({ description: 'a\u0000b' }, FAILURE)),
  probe('F16b-2', 'a lone surrogate is rejected', raw('"description":"\\ud800"', FAILURE)),
  probe('F20', 'names need not be unique', addModel(), addModel({}, FAILURE)),
  probe(
    'F21',
    'the form of a resourceUuid is checked',
    addModel({ resourceUuid: 'aios-compare' }, SENTENCE),
  ),
  probe(
    'F21-2',
    'a resourceUuid becomes the UUID',
    addModel({ resourceUuid: '$a' }, 'inventory.uuid'),
  ),
  probe(
    'F21a',
    'a resourceUuid is used once, whatever the kind',
    addModel({ resourceUuid: '$a' }),
    addService({ resourceUuid: '$a' }, SENTENCE),
  ),
  probe(
    'F25',
    'recommendedGpuNum is a text, answered as a list',
    addModel({ recommendedGpuNum: '1,2,4' }, 'inventory.recommendedGpuNum'),
  ),
  ...[['1, 2'], ['[1,2]'], [[1, 2]], [''], ['x'], [undefined]].map(([recommendedGpuNum], index) =>
    probe(
      index === 0 ? 'F25a' : `F25a-${index + 1}`,
      `recommendedGpuNum can be ${JSON.stringify(recommendedGpuNum) ?? 'left out'}, or not`,
      addModel({ recommendedGpuNum }, `${FAILURE} inventory.recommendedGpuNum`),
    ),
  ),
  probe('F26', 'modelId is the UUID by default', addModel({}, 'inventory.uuid inventory.modelId')),
  probe(
    'F26a',
    'a modelId need not be unique',
    addModel({ modelId: '$a' }),
    addModel({ modelId: '$a' }, FAILURE),
  ),
  probe(
    'F27',
    'a model has defaults',
    addModel(
      {},
      'inventory.type inventory.description inventory.size inventory.extraGpuMemRequest inventory.SAMPLE_SIZE',
    ),
  ),
  probe(
    'F27-2',
    'the GPU memory of a model is computed',
    addModel({ size: 1_024_000 }, 'inventory.minGpuMemory inventory.recommendedGpuMemory'),
  ),
  probe(
    'F27-3',
    'what is secret or internal is not returned',
    addModel(
      { token: 'aios-compare', shareMode: 'Public' },
      'inventory.token inventory.shareMode inventory.tagUuids',
    ),
  ),
  probe(
    'F27a',
    'isLatestVersion is true',
    addModel({ modelId: '$a', version: '1.0' }, 'inventory.isLatestVersion'),
    addModel({ modelId: '$a', version: '2.0' }, 'inventory.isLatestVersion'),
    get(`${MODELS}/$1`, 'inventories.0.isLatestVersion'),
  ),
  probe(
    'F28',
    'the version of an app is that of its path',
    addService({ type: 'App', installPath: '/apps/dify_1.11.1' }, 'inventory.version'),
  ),
  probe('F28a', 'hasNewVersion is false', addService({}, 'inventory.hasNewVersion')),
  probe(
    'F29',
    'tags are next to the wrapper, each once',
    post(SERVICES, {
      ...(addService().body as object),
      userTags: ['aios-compare-a', 'aios-compare-a'],
    }),
    get(`${USER_TAGS}?q=resourceUuid=$1&fields=tag`, 'inventories'),
  ),
  probe(
    'F29-2',
    'tags can be inside of the wrapper',
    addService({ userTags: ['aios-compare-a'] }),
    get(`${USER_TAGS}?q=resourceUuid=$1&fields=tag`, 'inventories'),
  ),
  probe('F35', 'a body has at most 64 levels', raw(`"aiosCompare":${nested}`, 'status')),
  probe(
    'F35-2',
    'a list has at most 1000 members',
    addService({ modelUuids: unknown(1001) }, FAILURE),
  ),
  probe(
    'F38',
    'an image names an image',
    addService({ architectureImages: [image('x86_64', ' ')] }, FAILURE),
  ),
  probe(
    'F38-2',
    'an architecture occurs once',
    addService({ architectureImages: [image('X86_64'), image('x86_64')] }, FAILURE),
  ),
  probe('F38-3', 'a list of images is not empty', addService({ architectureImages: [] }, FAILURE)),
  probe('F39', 'a probe is a path', addService(), update({ serviceLivez: 'livez' }, FAILURE)),
  probe(
    'F39-2',
    'a probe has no white space',
    addService(),
    update({ serviceReadyz: '/re adyz' }, FAILURE),
  ),
  probe(
    'F40',
    'a boot time ends at 65535',
    addService(),
    update({ serviceBootupTime: 65_536 }, FAILURE),
  ),
  probe('F40-2', 'a port occurs once', addService(), update({ servicePorts: [80, 80] }, FAILURE)),
  probe(
    'F41',
    'a vendor is not blank',
    addService({ vendorToSpecUuidsMap: { ' ': ['$a'] } }, FAILURE),
  ),
  probe(
    'F41-2',
    'the list of a vendor is not null',
    addService({ vendorToSpecUuidsMap: { NVIDIA: null } }, FAILURE),
  ),
  probe('F41-3', 'a map may be empty', addService({ vendorToSpecUuidsMap: {} }, FAILURE)),
  probe('F45', 'a message class has its package', post(USER_TAGS, { params: {} }, 'error.details')),
  probe('F45-2', 'an inventory class has its package', get(`${MODELS}?q=aiosCompare=1`, SENTENCE)),
  probe(
    'F46',
    'readme is measured in bytes',
    addService(),
    clone({ readme: 'é'.repeat(32_768) }, FAILURE),
  ),
  probe('F46-2', 'a size is not negative', addService(), clone({ size: -1 }, FAILURE)),
  probe('F46-3', 'texts are trimmed', addModel({ description: '  a ' }, 'inventory.description')),
  probe(
    'F46a',
    'a name has at most 255 characters',
    addModel({ name: `$name-${'x'.repeat(255)}` }, FAILURE),
  ),
  probe(
    'F46e',
    'tags are compared exactly',
    addModel(),
    tag('a', FAILURE),
    tag('A', FAILURE),
    tag('á', FAILURE),
    tag('a', FAILURE),
  ),
  probe('F47', 'a service has the members of its inventory', addService({}, 'inventory')),
  probe('F47-2', 'a model has the members of its inventory', addModel({}, 'inventory')),
  probe(
    'F47-3',
    'a binding has its members',
    addService(),
    addModel(),
    bind('inventory.modelServiceRefs.0'),
  ),
  probe('F53', 'the first missing argument is named', post(MODELS, { param: {} }, SENTENCE)),
  probe('F53-2', 'a range is named', addService({ requestCpu: -1 }, SENTENCE)),
  probe(
    'F53a',
    'the sentence names the class of the message',
    post(SERVICES, { param: {} }, SENTENCE),
  ),
  probe(
    'F53b',
    'a member of a list is named by its index',
    addService({ architectureImages: [image('x86_64', 'x'.repeat(256))] }, SENTENCE),
  ),
  probe('F54', 'a text is no integer', addService({ requestCpu: 'x' }, SENTENCE)),
  probe('F54-2', 'a text is no boolean', addService({ system: 'x' }, SENTENCE)),
  probe('F54a', 'an object is no text', addModel({ description: {} }, FAILURE)),
  probe('F54a-2', 'a text is no list', addModel({ modelServiceUuids: '$a' }, FAILURE)),
  probe('F54a-3', 'a wrapper is an object', post(MODELS, { param: [] }, FAILURE)),
];
