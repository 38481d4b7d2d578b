import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useAction } from '../api/answer.ts';
import { type TextKey, t } from '../texts/text.ts';
import { Rejected } from './field.tsx';
import { announce, FailureBox } from './notices.tsx';
import { type Column, column } from './table.tsx';

interface Props<Answer> {
  button: string;
  /** How the button looks, unless it is one of many. */
  variant?: 'primary' | 'danger';
  /** What has to be confirmed first; nothing unless given. */
  question?: string;
  /** Whether the server is to judge all values, also missing ones. */
  noValidate?: boolean;
  /** Has the server do what the form is for, with the values by the names of the controls. */
  send: (values: Record<string, string>) => Promise<Answer>;
  onDone?: (answer: Answer) => void;
  /** The controls; without them the form is a button alone. */
  children?: ComponentChildren;
}

/**
 * A form that has the server do something, says when that is done, and closes the dialog that it is in. The sentence
 * with which the server refuses stands at the field that it names.
 */
export function Form<Answer>(props: Props<Answer>) {
  const { button, variant, question, noValidate, send, onDone, children } = props;
  const { failure, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  const controls = form.current?.elements;
  const name = failure?.message.split(/\W+/).find((word) => controls?.namedItem(word));
  useEffect(() => {
    const control = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    control?.closest('details')?.setAttribute('open', '');
    control?.focus();
  }, [failure]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (question !== undefined && !confirm(question)) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const values = Object.fromEntries(data) as Record<string, string>;
    const finish = (answer: Answer) => {
      announce(t('done', { action: button }));
      form.current?.reset();
      form.current?.closest('dialog')?.close();
      onDone?.(answer);
    };
    void run(() => send(values), finish);
  };
  return (
    <form class="hstack" ref={form} noValidate={noValidate} onSubmit={submit}>
      {failure && name === undefined && <FailureBox failure={failure} />}
      <Rejected.Provider value={failure && name ? { [name]: failure.message } : {}}>
        {children}
      </Rejected.Provider>
      <button type="submit" class={variant ? '' : 'outline'} data-variant={variant}>
        {button}
      </button>
    </form>
  );
}

/** A column of buttons that have the server do something with their rows. */
export function commands<Row>(name: TextKey, send: (row: Row) => Promise<unknown>): Column<Row> {
  return column(name, (row) => <Form button={t(name)} send={() => send(row)} />);
}
