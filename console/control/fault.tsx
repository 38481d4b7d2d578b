import { useState } from 'preact/hooks';
import { addFault, type Fault } from '../api/aios.ts';
import { operationNames } from '../api/document.ts';
import { DialogButton } from '../components/button.tsx';
import { Choice, Input } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { t } from '../texts/text.ts';

const CODES = 'SYS.1000 SYS.1001 SYS.1003 SYS.1006 SYS.1007 SYS.1010 ID.1000 ID.1001'.split(' ');
/** What else a fault may do to a request, by its text. */
const OTHERS = ['faultStatus', 'faultDrop', 'faultDelay'] as const;

const isOther = (effect: string): effect is (typeof OTHERS)[number] =>
  OTHERS.includes(effect as never);
const textOf = (effect: string) => (isOther(effect) ? t(effect) : effect);

/** The code of a fault's error, or one of the others. */
function effectOf({ error, drop, status }: Fault): string {
  if (error) return error.code;
  if (drop) return 'faultDrop';
  return status === undefined ? 'faultDelay' : 'faultStatus';
}

/** A fault's effect in words. */
export function describe(fault: Fault): string {
  const { error, status, delayMs } = fault;
  const delay = delayMs === undefined ? '' : `${delayMs} ms`;
  return [textOf(effectOf(fault)), error?.details, status, delay].filter(Boolean).join(' · ');
}

function faultOf(values: Record<string, string>): Fault {
  const { operation = '*', effect = '', details, status, delayMs, times } = values;
  return {
    operation,
    times: Number(times),
    delayMs: delayMs ? Number(delayMs) : undefined,
    drop: effect === 'faultDrop' || undefined,
    status: effect === 'faultStatus' ? Number(status) : undefined,
    error: isOther(effect) ? undefined : { code: effect, details: details || undefined },
  };
}

interface Props {
  button: string;
  /** What the form begins with. */
  initial: Fault;
}

/** The button that opens the form to add a fault. */
export function AddFault({ button, initial }: Props) {
  return (
    <DialogButton text={button} title={t('addFault')}>
      <FaultForm initial={initial} />
    </DialogButton>
  );
}

function FaultForm({ initial }: { initial: Fault }) {
  const [effect, setEffect] = useState(effectOf(initial));
  const effects = new Set([effectOf(initial), ...CODES, ...OTHERS]);
  return (
    <Form button={t('addFault')} variant="primary" send={(values) => addFault(faultOf(values))}>
      <Choice
        label={t('operation')}
        name="operation"
        initial={initial.operation}
        options={['*', ...operationNames].map((name) => [name, name])}
      />
      <Choice
        label={t('effect')}
        name="effect"
        initial={effectOf(initial)}
        onInput={({ currentTarget }) => setEffect(currentTarget.value)}
        options={[...effects].map((each) => [each, textOf(each)])}
      />
      {!isOther(effect) && (
        <Input label={t('details')} name="details" defaultValue={initial.error?.details} />
      )}
      {effect === 'faultStatus' && (
        <Input label={t('status')} name="status" type="number" defaultValue="502" />
      )}
      <Input
        label={t('delayMs')}
        name="delayMs"
        type="number"
        isRequired={effect === 'faultDelay'}
      />
      <Input label={t('times')} name="times" type="number" defaultValue="1" isRequired />
    </Form>
  );
}
