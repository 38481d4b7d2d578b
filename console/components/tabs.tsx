import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useId, useState } from 'preact/hooks';

interface Props {
  label: string;
  /** The contents by the titles of the tabs; a tab without content is left out. */
  tabs: Record<string, ComponentChildren>;
}

/** Tabs of which one is shown; the arrow keys move between them. */
export function Tabs({ label, tabs }: Props) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const shown = Object.entries(tabs).filter(([, content]) => content);
  const move = ({ key, currentTarget }: TargetedKeyboardEvent<HTMLElement>) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
    const index = (chosen + step + shown.length) % shown.length;
    setChosen(index);
    currentTarget.querySelectorAll('button')[index]?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {shown.map(([title], index) => (
          <button
            key={title}
            type="button"
            role="tab"
            id={`${id}-${index}`}
            aria-selected={index === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={index === chosen ? 0 : -1}
            onClick={() => setChosen(index)}
          >
            {title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`}>
        {shown[chosen]?.[1]}
      </div>
    </>
  );
}
