import { describeList } from '../support/lists.ts';
import { describePaging } from '../support/paging.ts';
import { describeTagQueries } from '../support/tag-queries.ts';

describeList('UserTag');
describePaging('UserTag');
describeTagQueries('User');
