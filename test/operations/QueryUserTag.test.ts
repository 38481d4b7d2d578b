import { describeList } from '../support/lists.ts';
import { describeTagQueries } from '../support/tag-queries.ts';

describeList('UserTag');
describeTagQueries('User');
