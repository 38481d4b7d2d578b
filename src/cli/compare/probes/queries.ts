import {
  addModel,
  addService,
  bind,
  CENTERS,
  FAILURE,
  get,
  MODELS,
  type Probe,
  probe,
  remove,
  SENTENCE,
  SERVICES,
} from './probe.ts';

/** Three models of one vendor, whose names end in `-a`, `-B` and `-c`, the last one with a description. */
const three = [
  addModel({ name: '$name-a', vendor: '$name' }),
  addModel({ name: '$name-B', vendor: '$name' }),
  addModel({ name: '$name-c', vendor: '$name', version: '1.0' }),
];
const query = (rest: string, see = 'status inventories') =>
  get(`${MODELS}?q=vendor=$name&fields=name${rest}`, see);
const queryServices = (rest: string) =>
  get(`${SERVICES}?fields=name&q=name=$name${rest}`, `${FAILURE} inventories`);

/** Lists, their conditions, order and pages. */
export const queries: readonly Probe[] = [
  probe(
    'F42',
    'a page counts the rows of the moment',
    ...three,
    query('&sort=name&limit=1'),
    remove(`${MODELS}/$1`),
    query('&sort=name&limit=1&start=1'),
  ),
  probe(
    'F43',
    'unknown query parameters are ignored',
    get(`${MODELS}?limit=0&aiosCompare=1`, FAILURE),
  ),
  probe(
    'F57',
    'conditions have the platform’s operators',
    ...three,
    query('&sort=name&q=name!=$name-a'),
    query('&sort=name&q=name?=$name-a,$name-c'),
    query('&sort=name&q=name!?=$name-a,$name-c'),
    query('&sort=name&q=name~=%25-_'),
    query('&sort=name&q=version%20is%20null'),
    query('&sort=name&q=version%20not%20null'),
  ),
  probe(
    'F57-2',
    'texts are compared without regard to case',
    ...three,
    query('&q=name=$name-b'),
    query('&q=name~=%25-b'),
  ),
  probe('F57-3', 'a negative condition is false on null', ...three, query('&q=version!=2.0')),
  probe(
    'F57-4',
    'a list can be sorted and counted',
    ...three,
    query('&sort=-name&replyWithCount=true', 'inventories total'),
    get(`${MODELS}?q=vendor=$name&count=true`, 'members total'),
  ),
  probe('F57-5', 'a condition has an operator', get(`${MODELS}?q=name`, SENTENCE)),
  probe('F57-6', 'a condition has a field', get(`${MODELS}?q==a`, FAILURE)),
  probe('F57-7', 'a limit is an integer', get(`${MODELS}?limit=a`, SENTENCE)),
  probe('F57-8', 'a limit is not negative', get(`${MODELS}?limit=-1`, FAILURE)),
  probe('F57-9', 'a number is compared with a number', get(`${SERVICES}?q=requestCpu=a`, FAILURE)),
  probe('F57-10', 'a date is compared with a date', get(`${SERVICES}?q=createDate>a`, FAILURE)),
  probe(
    'F57a',
    'members of a list are not trimmed',
    ...three,
    query('&sort=name&q=name?=$name-a,%20$name-c'),
    query('&q=name?='),
  ),
  probe(
    'F57b',
    'a pattern for a number is equality',
    addService(),
    queryServices('&q=requestCpu~=1%25'),
    queryServices('&q=requestCpu~=1'),
  ),
  probe(
    'F57b-2',
    'a number of a condition has no fraction',
    addService(),
    queryServices('&q=requestCpu=1.0'),
  ),
  probe(
    'F57d',
    'fields of a center, and what is not bound, can be asked for',
    addService(),
    addModel(),
    queryServices('&q=modelServiceRefs.modelUuid%20is%20null'),
    bind(),
    queryServices('&q=modelServiceRefs.modelUuid%20is%20null'),
    queryServices('&q=modelServiceRefs.modelUuid=$2'),
    get(`${MODELS}?fields=name&q=uuid=$2&q=modelCenter.uuid=$center`, `${FAILURE} inventories`),
  ),
  probe('F57e', 'null comes before every value', ...three, query('&sort=-version,+name')),
  probe(
    'F57e-2',
    'fields apply to one resource too',
    addModel(),
    get(`${MODELS}/$1?fields=name`, 'inventories'),
  ),
  probe(
    'F57f',
    'a percent sign may stand for itself',
    ...three,
    query('&sort=name&q=name~=$name%'),
  ),
  probe(
    'F57g',
    'a query has at most 100 conditions',
    get(`${MODELS}?${Array(101).fill('q=name=a').join('&')}`, FAILURE),
  ),
  probe(
    'F57g-2',
    'a query has at most 8 conditions with patterns',
    get(`${MODELS}?${Array(9).fill('q=name~=a%25').join('&')}`, FAILURE),
  ),
  probe('F57-11', 'capacity cannot be asked for', get(`${CENTERS}?q=capacity=1`, FAILURE)),
];
