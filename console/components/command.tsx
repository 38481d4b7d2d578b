import type { ComponentChildren, ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useAction } from '../api/answer.ts';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { WrongField } from './field.tsx';
import { announce, FailureBox } from './notices.tsx';

interface CommandProps extends ComponentProps<'button'> {
  /** What has to be confirmed first; nothing unless given. */
  question?: string;
  /** Has the server do what the button is for. */
  send: () => Promise<unknown>;
}

/** A button that has the server do something, and says whether that worked. */
export function Command({ question, send, ...attributes }: CommandProps) {
  const { failure, run } = useAction();
  useEffect(() => failure && announce(failure.message, 'danger'), [failure]);
  const act = () => {
    if (question === undefined || confirm(question)) void run(send, () => announce(t('allDone')));
  };
  return <Button {...attributes} onClick={act} />;
}

interface FormProps<Answer> {
  button: string;
  /** How the button looks, unless it is one of many. */
  variant?: 'primary' | 'danger';
  /** Whether the server is to judge all values, also missing ones. */
  noValidate?: boolean;
  /** Has the server do what the form is for, with the values by the names of the controls. */
  send: (values: Record<string, string>) => Promise<Answer>;
  onDone?: (answer: Answer) => void;
  onCancel?: () => void;
  children: ComponentChildren;
}

/** A form that has the server do something; the sentence with which it refuses stands at the field that it names. */
export function Form<Answer>(props: FormProps<Answer>) {
  const { button, variant, noValidate, send, onDone, onCancel, children } = props;
  const { failure, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  const names = Array.from(form.current?.elements ?? [], (each) => each.getAttribute('name'));
  const name = failure?.message.split(/\W+/).find((word) => names.includes(word));
  useEffect(() => {
    const control = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    control?.closest('details')?.setAttribute('open', '');
    control?.focus();
  }, [failure]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const controls = new FormData(event.currentTarget as HTMLFormElement);
    const values = Object.fromEntries(controls) as Record<string, string>;
    const finish = (answer: Answer) => {
      announce(t('allDone'));
      form.current?.reset();
      onDone?.(answer);
    };
    void run(() => send(values), finish);
  };
  return (
    <form class="hstack" ref={form} noValidate={noValidate} onSubmit={submit}>
      {failure && name === undefined && <FailureBox failure={failure} />}
      <WrongField.Provider value={{ name, sentence: failure?.message }}>
        {children}
      </WrongField.Provider>
      <div class="actions flex gap-2">
        <button type="submit" class={variant ? '' : 'outline'} data-variant={variant}>
          {button}
        </button>
        {onCancel && <Button onClick={onCancel}>{t('cancel')}</Button>}
      </div>
    </form>
  );
}
