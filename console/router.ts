import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/**
 * The page that the URL's hash names, what is open on it, and its parameters; for example
 * `#/services/<uuid>?q=type=App&start=100`. What is open is empty for nothing.
 */
export const route = computed(() => {
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

/** Changes parameters of the present page, whose rows begin at the first again: a list repeats one, undefined removes it. */
export function setParameters(changes: Record<string, string | string[] | undefined>): void {
  const { page, item, parameters } = route.value;
  const changed = new URLSearchParams(parameters);
  changed.delete('start');
  for (const [name, value] of Object.entries(changes)) {
    changed.delete(name);
    for (const each of [value ?? []].flat()) changed.append(name, each);
  }
  location.hash = linkTo(page, item, changed);
}
