import { describe } from 'vitest';
import { describeConditions } from '../support/conditions.ts';

/** What QueryModelService.test.ts tries out on services. */
describe('Model', () =>
  describeConditions('Model', {
    text: 'vendor',
    integer: 'SAMPLE_SIZE',
    long: 'minGpuMemory',
    boolean: 'isLatestVersion',
  }));
describe('ModelCenter', () =>
  describeConditions('ModelCenter', { text: 'description', integer: 'managementPort' }));
describe('UserTag', () => describeConditions('UserTag', { text: 'tag' }));
describe('SystemTag', () => describeConditions('SystemTag', { text: 'tag', boolean: 'inherent' }));
