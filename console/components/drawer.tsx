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
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    const closeByKey = ({ key, target }: KeyboardEvent) => {
      // The page itself has the focus once the element that had it is gone, such as a notice.
      const isHere = target === document.body || section.current?.contains(target as Node);
      if (key === 'Escape' && isHere && !document.querySelector('dialog[open]')) openItem('');
    };
    addEventListener('keydown', closeByKey);
    return () => {
      removeEventListener('keydown', closeByKey);
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <section ref={section} class="card drawer" aria-labelledby={id}>
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
