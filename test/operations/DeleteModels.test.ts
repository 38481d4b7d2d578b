import { describeBulkDeletion } from '../support/bulk-deletions.ts';

describeBulkDeletion('DeleteModels', 'model');
