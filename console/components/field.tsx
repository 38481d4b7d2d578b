import { type AllHTMLAttributes, cloneElement, createContext, type VNode } from 'preact';
import { useContext, useId } from 'preact/hooks';

/** The server's sentence about the value that it rejects, by the name of the control that has it. */
export const Rejected = createContext<Record<string, string>>({});

interface Props {
  label: string;
  hint?: string;
  isRequired?: boolean;
}

type FieldProps = Props & { children: VNode<{ name?: string }> };

/** A control with its label, a hint and an error, which are connected with it. */
export function Field({ label, hint, isRequired = false, children }: FieldProps) {
  const sentence = useContext(Rejected)[children.props.name ?? ''];
  const id = useId();
  const attributes = {
    id,
    required: isRequired,
    'aria-describedby': `${id}-hint`,
    'aria-invalid': sentence !== undefined,
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {isRequired && <span class="required"> *</span>}
      </label>
      {cloneElement(children, attributes)}
      <div class="hint" id={`${id}-hint`}>
        {hint}
        {sentence && <div class="error">{sentence}</div>}
      </div>
    </div>
  );
}

type Attributes = Omit<AllHTMLAttributes<HTMLInputElement>, 'label'>;

/** A field of one line; what is given further are attributes of the element. */
export function Input({ label, hint, isRequired, ...attributes }: Props & Attributes) {
  return (
    <Field label={label} hint={hint} isRequired={isRequired}>
      <input {...(attributes as object)} />
    </Field>
  );
}

interface ChoiceProps extends Props {
  name: string;
  value?: string;
  onInput?: (event: { currentTarget: HTMLSelectElement }) => void;
  /** The values, the one at first before the others; one that is there again is left out. */
  options: readonly string[];
  textOf?: (option: string) => string;
}

/** A field that has one of several values. */
export function Choice({ name, value, onInput, options, textOf = String, ...field }: ChoiceProps) {
  return (
    <Field {...field}>
      <select {...{ name, value, onInput }}>
        {[...new Set(options)].map((each) => (
          <option key={each} value={each}>
            {textOf(each)}
          </option>
        ))}
      </select>
    </Field>
  );
}
