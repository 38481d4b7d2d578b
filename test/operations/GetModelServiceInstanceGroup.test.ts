import { describeGet } from '../support/lists.ts';

describeGet('ModelServiceInstanceGroup');
