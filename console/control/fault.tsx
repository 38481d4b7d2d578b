import { useState } from 'preact/hooks';
import { addFault, type Fault } from '../api/aios.ts';
import { operationNames } from '../api/document.ts';
import { DialogButton } from '../components/button.tsx';
import { Choice, Input } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { t } from '../texts/text.ts';

const CODES = 'SYS.1000 SYS.1001 SYS.1003 SYS.1006 SYS.1007 SYS.1010 ID.1000 ID.1001'.split(' ');
/** What a fault without an error does, by its text. */
const OTHERS = ['faultStatus', 'dropped', 'delayMs'] as const;

const isOther = (effect: string): effect is (typeof OTHERS)[number] =>
  OTHERS.includes(effect as never);

/** A fault's effect in words. */
export function describe({ error, drop, status, delayMs }: Fault): string {
  const parts = [
    error?.code,
    error?.details,
    drop && t('dropped'),
    status && `${t('faultStatus')} · ${status}`,
    delayMs && `${delayMs} ms`,
  ];
  return parts.filter(Boolean).join(' · ');
}

interface Props {
  button: string;
  /** What the form begins with: an internal error of any operation, unless given. */
  initial?: Pick<Partial<Fault>, 'operation' | 'error' | 'drop'>;
}

/** The button that opens the form to add a fault. */
export function AddFault({ button, initial: { operation = '*', error, drop } = {} }: Props) {
  const code = error?.code ?? 'SYS.1000';
  const [effect, setEffect] = useState(drop ? 'dropped' : code);
  const send = ({ details, status, delayMs, times, ...values }: Record<string, string>) =>
    addFault({
      operation: values.operation ?? '',
      times: Number(times),
      delayMs: delayMs ? Number(delayMs) : undefined,
      drop: effect === 'dropped' || undefined,
      status: status ? Number(status) : undefined,
      error: isOther(effect) ? undefined : { code: effect, details: details || undefined },
    });
  return (
    <DialogButton text={button} title={t('addFault')}>
      <Form button={t('addFault')} variant="primary" send={send}>
        <Choice
          label={t('operation')}
          name="operation"
          options={[operation, '*', ...operationNames]}
        />
        <Choice
          label={t('effect')}
          name="effect"
          value={effect}
          onInput={({ currentTarget }) => setEffect(currentTarget.value)}
          options={[code, ...CODES, ...OTHERS]}
          textOf={(each) => (isOther(each) ? t(each) : each)}
        />
        {!isOther(effect) && (
          <Input label={t('details')} name="details" defaultValue={error?.details} />
        )}
        {effect === 'faultStatus' && (
          <Input label={t('status')} name="status" type="number" defaultValue="502" />
        )}
        <Input label={t('delayMs')} name="delayMs" type="number" />
        <Input label={t('times')} name="times" type="number" defaultValue="1" isRequired />
      </Form>
    </DialogButton>
  );
}
