import type { ComponentChildren } from 'preact';
import { Field } from './field.tsx';

interface FormProps {
  button: string;
  /** Takes the values by the names of the controls. */
  onSubmit: (values: Record<string, string>) => void;
  children: ComponentChildren;
}

/** A form that the page sends itself. */
export function Form({ button, onSubmit, children }: FormProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget as HTMLFormElement);
    onSubmit(Object.fromEntries(values) as Record<string, string>);
  };
  return (
    <form class="line" onSubmit={submit}>
      {children}
      <button type="submit">{button}</button>
    </form>
  );
}

interface InputProps {
  label: string;
  name: string;
  type?: 'number' | 'datetime-local';
  isRequired?: boolean;
  /** At first. */
  value?: string | number | undefined;
}

export function Input({ label, name, type, isRequired = false, value = '' }: InputProps) {
  const given = { name, type, step: type && 1, defaultValue: String(value) } as object;
  return (
    <Field label={label} isRequired={isRequired}>
      {(attributes) => <input {...attributes} {...given} />}
    </Field>
  );
}
