import { describeBulkDeletion } from '../support/bulk-deletions.ts';

describeBulkDeletion('DeleteModelServiceInstanceGroups', 'deployment');
