import { send } from './client.ts';
import type { components, paths } from './control.d.ts';

type Schemas = components['schemas'];
/** A request and its answer, as the server's journal has it. */
export type JournalEntry = Schemas['JournalEntry'];
export type Job = Schemas['ListedJob'];
export type Snapshot = Schemas['Snapshot'];
type Read = paths['/_aios/settings']['get'];
export type Settings = Read['responses'][200]['content']['application/json'];

/** A fault as the server has it, or as it is set: the server judges operation and code. */
export type Fault = Partial<Omit<Schemas['PlannedFault'], 'operation' | 'error'>> & {
  operation: string;
  error?: { code: string; details?: string } | undefined;
};

/** Whether the server has the control API, and with it a journal. */
export const hasControl = await read<{ control: 'on' | 'off' }>('health').then(
  ({ control }) => control === 'on',
  () => false,
);

/** Reads what is below `_aios`. @throws Failure */
export async function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await send('GET', `_aios/${path}`, undefined, signal)).json();
}

/** Changes what is below `_aios`. @throws Failure */
export async function write(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: object) {
  return (await send(method, `_aios/${path}`, body)).json();
}

/** Sets the faults, in their order; none counts as applied yet. @throws Failure */
export function setFaults(faults: readonly Fault[]) {
  return write('PUT', 'faults', { faults: faults.map(({ struck: _, ...fault }) => fault) });
}

/** Adds a fault to what is left of the others. @throws Failure */
export async function addFault(fault: Fault): Promise<void> {
  const { faults } = await read<{ faults: Required<Fault>[] }>('faults');
  const left = faults.map((each) => ({ ...each, times: each.times - each.struck }));
  await setFaults([...left.filter(({ times }) => times > 0), fault]);
}
