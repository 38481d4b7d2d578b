import type { ComponentChildren, ComponentProps } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../texts/text.ts';

/** A button that sends no form. */
export function Button({ class: kind = 'outline', ...attributes }: ComponentProps<'button'>) {
  return <button type="button" class={kind} {...attributes} />;
}

export function CloseButton({ onClick }: { onClick: () => void }) {
  return (
    <Button class="ghost" aria-label={t('close')} onClick={onClick}>
      ×
    </Button>
  );
}

interface DialogButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'title'> {
  text: string;
  /** Of the dialog, where it is not the button's text. */
  title?: string;
  /** The dialog's content: a form closes the dialog when it is done. */
  children: ComponentChildren;
}

/** A button that opens a modal dialog; the browser holds the focus in it, and returns it at the end. */
export function DialogButton({ text, title = text, children, ...attributes }: DialogButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => dialog.current?.showModal(), [isOpen]);
  return (
    <>
      <Button {...attributes} onClick={() => setOpen(true)}>
        {text}
      </Button>
      {isOpen && (
        <dialog ref={dialog} class="card" aria-labelledby={id} onClose={() => setOpen(false)}>
          <header class="flex justify-between">
            <h2 id={id}>{title}</h2>
            <CloseButton onClick={() => dialog.current?.close()} />
          </header>
          {children}
        </dialog>
      )}
    </>
  );
}
