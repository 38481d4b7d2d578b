import { describeTagCreation } from '../support/tag-creation.ts';

describeTagCreation('System');
