import { useId, useState } from 'preact/hooks';
import { type Field, isScalar, membersOf, schemaOf, valuesOf } from '../api/document.ts';
import { Button } from '../components/button.tsx';
import { route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import { fieldsOf, type Kind } from './kinds.ts';

const CONDITION = /^\s*([\w.]+)\s*(!?[~?]?=|[<>]=?| is null| not null)(.*)$/s;

const COMPARISONS = ['=', '>=', '<=', '>', '<', '!=', '?=', '!?='];

/** The fields that a query may name: those of the resource, its tags (F57), and those of what it refers to. */
function queryFieldsOf(kind: Kind): Field[] {
  const own = fieldsOf(kind);
  const hasCenter = own.some(([name]) => name === 'modelCenterUuid');
  const center: Field = ['modelCenter', { items: schemaOf('ModelCenterInventory') }];
  const related = (hasCenter ? [...own, center] : own).flatMap(([name, { items = {} }]) =>
    membersOf(items).map(([member, schema]): Field => [`${name}.${member}`, schema]),
  );
  const tags = ['__userTag__', '__systemTag__'].map((name): Field => [name, {}]);
  return [...own, ...tags, ...related].filter(isScalar);
}

/** The operators that make sense for a field, the most usual one first. */
function operatorsOf([name, { type, enum: values }]: Field): string[] {
  if (type === 'boolean') return ['=', '!='];
  if (type === 'integer' || name.endsWith('Date')) return COMPARISONS;
  return values ? ['=', '!=', '?=', '!?='] : ['~=', '=', '!=', '!~=', '?=', '!?='];
}

/** What a text may go on to: the names of fields, then the field's operators, then its values. */
function completionsOf(kind: Kind, text: string): string[] {
  const fields = queryFieldsOf(kind);
  const [, name = text, operator] = CONDITION.exec(text) ?? [];
  const field = fields.find(([each]) => each === name);
  if (!field) return fields.map(([each]) => each);
  if (operator) return valuesOf(field[1]).map((value) => name + operator + value);
  return [...operatorsOf(field), ' is null', ' not null'].map((each) => name + each);
}

/** The conditions of a query, and a field for the next one, which the browser completes. */
export function QueryField({ kind }: { kind: Kind }) {
  const conditions = route.value.parameters.getAll('q');
  const id = useId();
  const [text, setText] = useState('');
  const add = (event: Event) => {
    event.preventDefault();
    if (text.trim() === '') return;
    const condition = CONDITION.test(text) ? text : `name~=%${text.trim()}%`;
    setParameters({ q: [...conditions, condition] });
    setText('');
  };
  return (
    <form class="hstack query" onSubmit={add}>
      {conditions.map((each, index) => (
        <Button
          key={`${index} ${each}`}
          class="outline small"
          aria-label={t('removeCondition', { condition: each })}
          onClick={() => setParameters({ q: conditions.toSpliced(index, 1) })}
        >
          <code>{each}</code> ×
        </Button>
      ))}
      <input
        class="code"
        list={id}
        aria-label={t('query')}
        placeholder={t('queryHint')}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <datalist id={id}>
        {completionsOf(kind, text).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </form>
  );
}
