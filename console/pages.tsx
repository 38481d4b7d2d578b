import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { hasControl } from './api/aios.ts';
import { BindingsPage } from './bindings/page.tsx';
import { ControlPage } from './control/page.tsx';
import { JobsPage } from './jobs/page.tsx';
import { NowPage } from './now/page.tsx';
import { RequestsPage } from './requests/page.tsx';
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
  { path: 'now', title: 'now', Content: NowPage },
  ...kinds.map((kind) => ({
    path: kind.path,
    title: kind.path,
    Content: () => <ResourcePage kind={kind} />,
  })),
  { path: 'bindings', title: 'bindings', Content: BindingsPage },
  { path: 'requests', title: 'requests', Content: RequestsPage, isAvailable: hasControl },
  { path: 'jobs', title: 'jobsAndHooks', Content: JobsPage },
  { path: 'control', title: 'control', Content: ControlPage, isAvailable: hasControl },
];
