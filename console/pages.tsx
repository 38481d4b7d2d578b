import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { kinds } from './resources/kinds.ts';
import { ResourcePage } from './resources/page.tsx';
import type { TextKey } from './texts/text.ts';

export interface Page {
  /** The first part of the URL's hash. */
  path: string;
  title: TextKey;
  Content: ComponentType;
  /** Whether the server has what the page is about; always unless given. */
  isAvailable?: ReadonlySignal<boolean>;
}

/** The pages in the order of the navigation; the first one is opened at the start. */
export const pages: Page[] = [
  ...kinds.map((kind) => ({
    path: kind.path,
    title: kind.path,
    Content: () => <ResourcePage kind={kind} />,
  })),
];
