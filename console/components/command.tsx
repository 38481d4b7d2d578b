import type { ComponentChildren, ComponentProps } from 'preact';
import { useEffect } from 'preact/hooks';
import { useAction } from '../api/answer.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { announce, FailureBox } from './notices.tsx';

interface CommandProps extends ComponentProps<'button'> {
  /** What has to be confirmed first; nothing unless given. */
  question?: string;
  /** Has the server do what the button is for. */
  send: () => Promise<unknown>;
}

/** A button that has the server do something, and says whether that worked. */
export function Command({ question, send, ...attributes }: CommandProps) {
  const { failure, isRunning, run } = useAction();
  useEffect(() => failure && announce(failure.message, 'danger'), [failure]);
  const act = () => {
    if (question === undefined || confirm(question)) void run(send(), () => announce(t('allDone')));
  };
  return <Button {...attributes} disabled={isRunning} onClick={act} />;
}

interface FormProps {
  button: string;
  /** How the button looks, unless it is one of many. */
  variant?: 'primary' | 'danger';
  /** Has the server do what the form is for, with the values by the names of the controls. */
  send: (values: Record<string, string>) => Promise<unknown>;
  onDone?: () => void;
  children: ComponentChildren;
}

/** A form that has the server do something, and shows the sentence with which it refuses. */
export function Form({ button, variant, send, onDone, children }: FormProps) {
  const { failure, isRunning, run } = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = Object.fromEntries(new FormData(form)) as Record<string, string>;
    void run(send(values), () => {
      announce(t('allDone'));
      form.reset();
      onDone?.();
    });
  };
  return (
    <form class="hstack" onSubmit={submit}>
      {failure && <FailureBox failure={failure} />}
      {children}
      <button
        type="submit"
        class={variant ? '' : 'outline'}
        data-variant={variant}
        disabled={isRunning}
      >
        {button}
      </button>
    </form>
  );
}
