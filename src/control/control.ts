import type { Dependencies } from '../domain/dependencies.ts';
import type { Resources } from '../domain/records.ts';
import { appliesTo, type Fault, type PlannedFault } from './faults.ts';
import { type JobCompletion, JobDelay } from './job-delay.ts';
import { RequestJournal } from './journal.ts';
import { ControlledUuids } from './uuids.ts';

export interface ClockSetting {
  /** The time at which it is stopped, in milliseconds since the epoch. */
  still?: number | undefined;
  /** Otherwise its offset from the real time, in milliseconds. */
  ahead?: number | undefined;
}

/** The settings that all servers on a database share, as the store holds them in JSON. */
interface SharedState {
  /** Number of resets so far. */
  resets: number;
  clock: ClockSetting;
  /** The job completion; databases of earlier versions store it by this name. */
  finish: JobCompletion;
  faults: PlannedFault[];
}

const INITIAL_STATE: SharedState = { resets: 0, clock: {}, finish: 'at once', faults: [] };

/** The settings of the control API. The clock, job completion and faults are shared by all servers. */
export class Control {
  readonly uuids: ControlledUuids;
  readonly jobDelay: JobDelay;
  readonly journal = new RequestJournal();
  /** Called after a reset, also one by another server. */
  onReset: () => void = () => {};
  readonly #store: Dependencies['store'];
  readonly #clock: () => number;
  readonly #seed: Resources;
  #shared = INITIAL_STATE;
  /** The JSON of `#shared`. */
  #lastText: string | undefined;
  #resetController = new AbortController();

  /** @param seed the resources after a reset */
  constructor(dependencies: Pick<Dependencies, 'store' | 'clock' | 'newUuid'>, seed: Resources) {
    this.#store = dependencies.store;
    this.#seed = seed;
    this.#clock = dependencies.clock;
    this.uuids = new ControlledUuids(dependencies.newUuid);
    this.jobDelay = new JobDelay(this.now);
  }

  /** Applies the latest settings, which any server may have changed. */
  async refresh(): Promise<void> {
    const text = await this.#store.readControl();
    if (text !== undefined) this.#apply(text);
  }

  /** The controlled time, in milliseconds since the epoch. */
  readonly now = (): number => this.timeBy(this.#clock);

  /** The time by another real clock, stopped or offset likewise. */
  timeBy(clock: () => number): number {
    const { still, ahead = 0 } = this.#shared.clock;
    return still ?? clock() + ahead;
  }

  async setClock(clock: ClockSetting): Promise<void> {
    await this.#change((shared) => ({ ...shared, clock }));
  }

  async setJobCompletion(completion: JobCompletion): Promise<void> {
    await this.#change((shared) => ({ ...shared, finish: completion }));
    // Also if it is unchanged, to reset the counts of polls.
    this.jobDelay.set(completion);
  }

  /** All faults in order, also the used-up ones. */
  get faults(): readonly PlannedFault[] {
    return this.#shared.faults;
  }

  async setFaults(faults: readonly Fault[]): Promise<void> {
    const planned = faults.map((fault) => ({ ...fault, struck: 0 }));
    await this.#change((shared) => ({ ...shared, faults: planned }));
  }

  /** Finds the fault that applies to a request, and increments its count. */
  async consumeFault(operation: string): Promise<Fault | undefined> {
    if (!this.faults.some((fault) => appliesTo(fault, operation))) return undefined;
    let applied: PlannedFault | undefined;
    await this.#change((shared) => {
      applied = shared.faults.find((fault) => appliesTo(fault, operation));
      const incremented = (fault: PlannedFault) =>
        fault === applied ? { ...fault, struck: fault.struck + 1 } : fault;
      return { ...shared, faults: shared.faults.map(incremented) };
    });
    return applied;
  }

  /** Aborted by the next reset, which cancels delayed requests. */
  get resetSignal(): AbortSignal {
    return this.#resetController.signal;
  }

  /** Restores the settings and resources of the start; accounts and sessions stay. */
  async reset(): Promise<void> {
    // First, so that delayed requests are cancelled before the resources are replaced.
    await this.#change(({ resets }) => ({ ...INITIAL_STATE, resets: resets + 1 }));
    await this.#store.replaceResources(this.#seed);
    // Again, because state of the former resources may have been added meanwhile.
    this.onReset();
  }

  async #change(change: (shared: SharedState) => SharedState): Promise<void> {
    const text = await this.#store.changeControl((current) =>
      JSON.stringify(change(current === undefined ? INITIAL_STATE : JSON.parse(current))),
    );
    this.#apply(text);
  }

  #apply(text: string): void {
    if (text === this.#lastText) return;
    this.#lastText = text;
    const before = this.#shared;
    this.#shared = JSON.parse(text);
    const { finish, resets } = this.#shared;
    if (JSON.stringify(finish) !== JSON.stringify(before.finish)) this.jobDelay.set(finish);
    if (resets === before.resets) return;
    this.#resetController.abort();
    this.#resetController = new AbortController();
    this.uuids.set(undefined);
    this.jobDelay.set(finish);
    this.journal.clear();
    this.onReset();
  }
}
