import { useState } from 'preact/hooks';
import { addFault, type Fault } from '../api/aios.ts';
import type { Failure } from '../api/client.ts';
import { operationNames } from '../api/document.ts';
import { Dialog } from '../components/dialog.tsx';
import { FailureBox } from '../components/failure-box.tsx';
import { Field } from '../components/field.tsx';
import { Form, Input } from '../components/form.tsx';
import { announce } from '../components/notices.tsx';
import { t } from '../texts/text.ts';

const CODES = 'SYS.1000 SYS.1001 SYS.1003 SYS.1006 SYS.1007 SYS.1010 ID.1000 ID.1001'.split(' ');
/** What else a fault may do to a request, with the key of its text. */
const others = { status: 'faultStatus', drop: 'faultDrop', delay: 'faultDelay' } as const;

/** The code of a fault's error, or a key of the others. */
function effectOf({ error, drop, status }: Fault): string {
  return error?.code ?? (drop ? 'drop' : status === undefined ? 'delay' : 'status');
}

const textOf = (effect: string) =>
  effect in others ? t(others[effect as keyof typeof others]) : effect;

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
    drop: effect === 'drop' || undefined,
    status: effect === 'status' ? Number(status) : undefined,
    error: effect in others ? undefined : { code: effect, details: details || undefined },
  };
}

interface Props {
  initial: Fault;
  onClose: () => void;
}

/** The form to add a fault. */
export function FaultDialog({ initial, onClose }: Props) {
  const [effect, setEffect] = useState(effectOf(initial));
  const [failure, setFailure] = useState<Failure>();
  const add = (values: Record<string, string>) =>
    addFault(faultOf(values)).then(() => {
      announce(t('allDone'));
      onClose();
    }, setFailure);
  return (
    <Dialog title={t('addFault')} onClose={onClose}>
      {failure && <FailureBox failure={failure} />}
      <Form button={t('addFault')} onSubmit={(values) => void add(values)}>
        <Field label={t('operation')}>
          {(attributes) => (
            <select {...attributes} name="operation">
              {['*', ...operationNames].map((name) => (
                <option key={name} selected={name === initial.operation}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('effect')}>
          {(attributes) => (
            <select
              {...attributes}
              name="effect"
              onInput={({ currentTarget }) => setEffect(currentTarget.value)}
            >
              {[...CODES, ...Object.keys(others)].map((each) => (
                <option key={each} value={each} selected={each === effect}>
                  {textOf(each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {!(effect in others) && (
          <Input label={t('details')} name="details" value={initial.error?.details} />
        )}
        {effect === 'status' && (
          <Input label={t('status')} name="status" type="number" value={502} />
        )}
        <Input label={t('delayMs')} name="delayMs" type="number" isRequired={effect === 'delay'} />
        <Input label={t('times')} name="times" type="number" value={1} isRequired />
      </Form>
    </Dialog>
  );
}
