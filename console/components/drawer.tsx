import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { openItem } from '../router.ts';
import { CloseButton } from './button.tsx';

interface Props {
  title: string;
  /** Buttons below the title. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A panel at the side with what is chosen on a page, which stays usable. Escape closes it. */
export function Drawer({ title, actions, children }: Props) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const closeByKey = (event: KeyboardEvent) => {
    const isInDialog = event.target instanceof Element && event.target.closest('dialog');
    if (event.key === 'Escape' && !isInDialog) openItem('');
  };
  return (
    <section class="card drawer" aria-labelledby={id} onKeyDown={closeByKey}>
      <header class="flex justify-between">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <CloseButton onClick={() => openItem('')} />
      </header>
      {actions && <div class="hstack">{actions}</div>}
      {children}
    </section>
  );
}
