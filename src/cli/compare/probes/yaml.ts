import { addService, FAILURE, type Probe, probe, update } from './probe.ts';

/** The yaml of services, and its edits. */
export const yaml: readonly Probe[] = [
  probe(
    'F15',
    'a yaml and an edit of it exclude each other',
    addService(),
    update({ yaml: 'a: 1', serviceName: 'a' }, FAILURE),
  ),
  ...Object.entries({
    serviceName: 'chat',
    servicePorts: [80],
    serviceLivez: '/livez',
    serviceReadyz: '/readyz',
    serviceBootupTime: 60,
    serviceInstallPath: '/opt',
    serviceStartCommand: 'serve',
    startupParameters: { a: 'b' },
    inferenceParams: { a: 'b' },
  }).map(([parameter, value], index) =>
    probe(
      index === 0 ? 'F15a' : `F15a-${index + 1}`,
      `${parameter} edits the yaml`,
      addService({ yaml: 'services:\n  - name: a\n' }),
      update({ [parameter]: value }, 'inventory.yaml'),
    ),
  ),
  probe(
    'F15b',
    'env becomes a list of key:value, which replaces the former one',
    addService({ yaml: 'env:\n  - a:b\n' }),
    update({ environmentParameters: { c: 'd' } }, 'inventory.yaml'),
  ),
  probe(
    'F15c',
    'an edit leaves the rest as it was written',
    addService({ yaml: 'when: 0o17   # octal\nthen:   [ 1.50 ]\n' }),
    update({ serviceName: 'chat' }, 'inventory.yaml'),
  ),
  ...['', '---', 'a', 'a: 1\n---\nb: 2\n', 'a: 1\na: 2\n'].map((yaml, index) =>
    probe(
      `F15c-${index + 2}`,
      `the yaml ${JSON.stringify(yaml)} can be edited, or not`,
      addService({ yaml }),
      update({ startupParameters: { a: 'b' } }, `${FAILURE} inventory.yaml`),
    ),
  ),
  probe(
    'F15d',
    'a text of more than 65,536 characters is not edited',
    addService({ yaml: `# ${'x'.repeat(65_536)}\na: 1\n` }),
    update({ serviceName: 'chat' }, FAILURE),
  ),
  probe(
    'F16',
    'a service is added with any yaml',
    addService({ yaml: 'a: [' }, 'status inventory.yaml'),
  ),
  probe(
    'F16-2',
    'an update rejects a yaml with a syntax error',
    addService(),
    update({ yaml: 'a: [' }, FAILURE),
  ),
  probe(
    'F16-3',
    'an update accepts the yaml that is stored',
    addService({ yaml: 'a: [' }),
    update({ yaml: 'a: [' }, FAILURE),
  ),
  ...['a: 1\na: 2\n', 'a: !aios 1\n', 'a: 1\n---\nb: 2\n', 'a'].map((yaml, index) =>
    probe(
      index === 0 ? 'F16a' : `F16a-${index + 1}`,
      `an update accepts the yaml ${JSON.stringify(yaml)}`,
      addService(),
      update({ yaml }, `${FAILURE} inventory.yaml`),
    ),
  ),
];
