import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Loading, reload } from '../api/answer.ts';
import { t } from '../texts/text.ts';
import { FailureBox } from './notices.tsx';

interface Props {
  title: string;
  /** Buttons at the end of the title's line. */
  actions?: ComponentChildren;
  /** What the page shows, of which a failure is shown. */
  answer?: Loading<unknown>;
  children: ComponentChildren;
}

let isFirst = true;

/** The title of a page, which has the focus when the page is opened, and its content. */
export function PageFrame({ title, actions, answer, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A browser begins at the top of a page that it has just loaded.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  useEffect(() => {
    document.title = `${title} – ${t('product')}`;
  }, [title]);
  return (
    <>
      <div class="hstack">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <span class="spacer" />
        {actions}
      </div>
      {answer?.failure && <FailureBox failure={answer.failure} onRetry={reload} />}
      {children}
    </>
  );
}
