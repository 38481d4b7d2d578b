import { callServer } from './client.ts';
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
export const hasControl = await callServer<{ control: 'on' | 'off' }>('GET', '_aios/health').then(
  ({ control }) => control === 'on',
  () => false,
);

/** Reads what is below `_aios`. @throws Failure */
export function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return callServer<Answer>('GET', `_aios/${path}`, undefined, signal);
}

/** Sets the faults, in their order; none counts as applied yet. @throws Failure */
export async function setFaults(faults: readonly Fault[]): Promise<void> {
  const body = { faults: faults.map(({ struck: _, ...fault }) => fault) };
  await callServer('PUT', '_aios/faults', body);
}

/** Adds a fault to what is left of the others. @throws Failure */
export async function addFault(fault: Fault): Promise<void> {
  const { faults } = await read<{ faults: Required<Fault>[] }>('faults');
  const left = faults.map((each) => ({ ...each, times: each.times - each.struck }));
  await setFaults([...left.filter(({ times }) => times > 0), fault]);
}
