import { describeBulkDeletion } from '../support/bulk-deletions.ts';

describeBulkDeletion('DeleteDatasets', 'dataset');
