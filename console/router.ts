import { computed, signal } from '@preact/signals';

/** What the URL's hash names, for example `#/services/<uuid>?q=type=App&start=100`. */
export interface Route {
  page: string;
  /** What is open on the page, such as a resource's UUID; empty for nothing. */
  item: string;
  parameters: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** The present route. */
export const route = computed<Route>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [page = '', item = ''] = path.split('/').map(decodeURIComponent);
  return { page, item, parameters: new URLSearchParams(query) };
});

/** The link to a page, and to what shall be open on it. */
export function linkTo(page: string, item = '', parameters = new URLSearchParams()): string {
  const path = [page, item].filter((part) => part !== '').map(encodeURIComponent);
  const query = parameters.size > 0 ? `?${parameters}` : '';
  return `#/${path.join('/')}${query}`;
}

/** Opens an item of a page, by default the present one, whose parameters stay then; none closes it. */
export function openItem(item: string, page = route.value.page): void {
  const { parameters } = route.value;
  location.hash = linkTo(page, item, page === route.value.page ? parameters : undefined);
}

/** Changes parameters of the present page: a list repeats one, undefined removes it. */
export function setParameters(changes: Record<string, string | string[] | undefined>): void {
  const { page, item, parameters } = route.value;
  const changed = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    changed.delete(name);
    for (const each of [value ?? []].flat()) changed.append(name, each);
  }
  location.hash = linkTo(page, item, changed);
}
