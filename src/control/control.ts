import type { Dependencies } from '../domain/dependencies.ts';
import type { Resources } from '../domain/records.ts';
import { type ClockSetting, ControlledClock } from './clock.ts';
import { appliesTo, type Fault, type PlannedFault } from './faults.ts';
import { type JobCompletion, JobDelay } from './job-delay.ts';
import { RequestJournal } from './journal.ts';
import { ControlledUuids } from './uuids.ts';

/** What tests have set for all servers on a database, as the store keeps it. */
interface SharedState {
  /** How often everything was made as it was at the start. */
  resets: number;
  clock: ClockSetting;
  finish: JobCompletion;
  faults: PlannedFault[];
}

const INITIAL_STATE: SharedState = { resets: 0, clock: {}, finish: 'at once', faults: [] };

/** Everything that tests can set of servers that stand in for the platform. */
export class Control {
  readonly clock: ControlledClock;
  /** This server's alone, as are the counted polls and the journal. */
  readonly uuids: ControlledUuids;
  readonly jobDelay: JobDelay;
  readonly journal = new RequestJournal();
  /** Told when everything is as it was at the start, also where another server was asked for that. */
  onReset: () => void = () => {};
  readonly #store: Dependencies['store'];
  readonly #seed: Resources;
  #shared = INITIAL_STATE;
  /** The text it was last read from. */
  #lastText: string | undefined;
  #resetController = new AbortController();

  /** @param seed what a reset goes back to */
  constructor(dependencies: Pick<Dependencies, 'store' | 'clock' | 'newUuid'>, seed: Resources) {
    this.#store = dependencies.store;
    this.#seed = seed;
    this.clock = new ControlledClock(dependencies.clock);
    this.uuids = new ControlledUuids(dependencies.newUuid);
    this.jobDelay = new JobDelay(this.clock.now);
  }

  /** Takes over what was set meanwhile, of whichever server. */
  async refresh(): Promise<void> {
    const text = await this.#store.readControl();
    if (text !== undefined) this.#apply(text);
  }

  async setClock(clock: ClockSetting): Promise<void> {
    await this.#change((shared) => ({ ...shared, clock }));
  }

  async setJobCompletion(finish: JobCompletion): Promise<void> {
    await this.#change((shared) => ({ ...shared, finish }));
    // Also where it stays the same: what was counted so far is forgotten.
    this.jobDelay.set(finish);
  }

  /** The faults that are still to strike and those that did, in order, with how often they have. */
  get faults(): readonly PlannedFault[] {
    return this.#shared.faults;
  }

  async setFaults(faults: readonly Fault[]): Promise<void> {
    const planned = faults.map((fault) => ({ ...fault, struck: 0 }));
    await this.#change((shared) => ({ ...shared, faults: planned }));
  }

  /** The fault that strikes a request to an operation, which is counted. */
  async consumeFault(operation: string): Promise<Fault | undefined> {
    if (!this.faults.some((fault) => appliesTo(fault, operation))) return undefined;
    let taken: PlannedFault | undefined;
    await this.#change((shared) => {
      taken = shared.faults.find((fault) => appliesTo(fault, operation));
      const incremented = (fault: PlannedFault) =>
        fault === taken ? { ...fault, struck: fault.struck + 1 } : fault;
      return { ...shared, faults: shared.faults.map(incremented) };
    });
    return taken;
  }

  /** Aborts at the next reset: neither a delay nor what comes after it goes on then. */
  get resetSignal(): AbortSignal {
    return this.#resetController.signal;
  }

  /** Makes everything as it was at the start, but for accounts and sessions. */
  async reset(): Promise<void> {
    // First, so that nothing that was delayed is done after it.
    await this.#change(({ resets }) => ({ ...INITIAL_STATE, resets: resets + 1 }));
    await this.#store.replaceResources(this.#seed);
    // Again: what was remembered meanwhile is of what was there before.
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
    const { clock, finish, resets } = this.#shared;
    this.clock.set(clock);
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
