import { describeResourceDeletion } from '../support/deletions.ts';
import { sharedServer } from '../support/shared-server.ts';

describeResourceDeletion('dataset', sharedServer());
