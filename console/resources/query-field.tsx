import { useId, useMemo, useState } from 'preact/hooks';
import type { Field } from '../api/document.ts';
import { t } from '../texts/text.ts';
import { operatorsOf, queryFieldsOf, valuesOf } from './fields.ts';
import type { Kind } from './kinds.ts';

interface Suggestion {
  /** The text after it is chosen. */
  text: string;
  label: string;
  hint?: string | undefined;
  /** Whether the text is a whole condition then. */
  isCondition: boolean;
}

const SHOWN_MAX = 12;
const CONDITION = /^\s*([\w.]+)\s*(!?[~?]?=|[<>]=?)(.*)$/s;

const nameContains = (text: string) => `name~=%${text.trim()}%`;
const condition = (text: string): Suggestion => ({ text, label: text, isCondition: true });

/** What may follow a text: fields, then the field's operators, then its values. */
function suggest(fields: Field[], text: string): Suggestion[] {
  const [, name, operator = '', value = ''] = CONDITION.exec(text) ?? [];
  const word = text.trim().toLowerCase();
  const field = fields.find(([each]) => each === name || each.toLowerCase() === word);
  if (name !== undefined) {
    const values = field ? valuesOf(field[1]).filter((each) => each.startsWith(value)) : [];
    return values.map((each) => condition(name + operator + each));
  }
  if (field) {
    const started = operatorsOf(field).map((each) => {
      const begun = field[0] + each;
      return { text: begun, label: begun, isCondition: false };
    });
    return [...started, ...['is null', 'not null'].map((each) => condition(`${field[0]} ${each}`))];
  }
  const matching = fields
    .filter(([each]) => each.toLowerCase().includes(word))
    .map(([each, { description }]) => ({
      text: each,
      label: each,
      hint: description,
      isCondition: false,
    }));
  const anywhere = word === '' ? [] : [condition(nameContains(text))];
  return [...matching, ...anywhere].slice(0, SHOWN_MAX);
}

interface Props {
  kind: Kind;
  conditions: string[];
  onChange: (conditions: string[]) => void;
}

/** The conditions of a query, and a field for the next one that completes fields, operators and values. */
export function QueryField({ kind, conditions, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const fields = useMemo(() => queryFieldsOf(kind), [kind]);
  const suggestions = isOpen ? suggest(fields, text) : [];

  const add = (added: string) => {
    setText('');
    setOpen(false);
    onChange([...conditions, added]);
  };
  const choose = ({ text: chosen, isCondition }: Suggestion) => {
    setActive(-1);
    if (isCondition) add(chosen);
    else setText(chosen);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      setOpen(true);
      const count = suggest(fields, text).length;
      setActive(count === 0 ? -1 : (Math.max(active, step < 0 ? 0 : -1) + step + count) % count);
    } else if (event.key === 'Enter') {
      const chosen = suggestions[active];
      const isWhole = CONDITION.test(text) || /\b(is|not) null\b/.test(text);
      if (chosen) choose(chosen);
      else if (text.trim() !== '') add(isWhole ? text : nameContains(text));
    } else if (event.key === 'Escape' && isOpen) {
      setOpen(false);
    } else {
      return;
    }
    event.preventDefault();
  };
  const type = (event: { currentTarget: HTMLInputElement }) => {
    setText(event.currentTarget.value);
    setActive(-1);
    setOpen(true);
  };
  return (
    <div class="query">
      {conditions.map((each, index) => (
        <span key={`${index} ${each}`} class="chip">
          <code>{each}</code>
          <button
            type="button"
            aria-label={t('removeCondition', { condition: each })}
            onClick={() => onChange(conditions.toSpliced(index, 1))}
          >
            ×
          </button>
        </span>
      ))}
      <input
        class="code"
        role="combobox"
        aria-label={t('query')}
        aria-expanded={suggestions.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={suggestions[active] ? `${id}-${active}` : undefined}
        placeholder={t('queryHint')}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={type}
        onKeyDown={press}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
      />
      <div class="suggestions" role="listbox" id={id} aria-label={t('query')}>
        {suggestions.map((suggestion, index) => (
          <div
            key={suggestion.text}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onMouseDown={(event) => {
              // The field would lose the focus.
              event.preventDefault();
              choose(suggestion);
            }}
          >
            <code>{suggestion.label}</code>
            {suggestion.hint && <span class="hint">{suggestion.hint}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}
