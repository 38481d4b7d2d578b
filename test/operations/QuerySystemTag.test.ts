import { describeList } from '../support/lists.ts';
import { describePaging } from '../support/paging.ts';
import { describeTagQueries } from '../support/tag-queries.ts';

describeList('SystemTag');
describePaging('SystemTag');
describeTagQueries('System');
