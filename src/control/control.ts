import type { Ports } from '../domain/dependencies.ts';
import type { Resources } from '../domain/records.ts';
import { type ClockSetting, ControlledClock } from './clock.ts';
import { type Fault, type PlannedFault, strikes } from './faults.ts';
import { type Finish, JobPace } from './job-delay.ts';
import { RequestJournal } from './journal.ts';
import { ControlledUuids } from './uuids.ts';

/** What tests have set for all servers on a database, as the store keeps it. */
interface Shared {
  /** How often everything was made as it was at the start. */
  resets: number;
  clock: ClockSetting;
  finish: Finish;
  faults: PlannedFault[];
}

const START: Shared = { resets: 0, clock: {}, finish: 'at once', faults: [] };

/** Everything that tests can set of servers that stand in for the platform. */
export class Control {
  readonly clock: ControlledClock;
  /** This server's alone, as are the counted polls and the journal. */
  readonly uuids: ControlledUuids;
  readonly jobPace: JobPace;
  readonly journal = new RequestJournal();
  /** Told when everything is as it was at the start, also where another server was asked for that. */
  onReset: () => void = () => {};
  readonly #store: Ports['store'];
  readonly #seed: Resources;
  #shared = START;
  /** The text it was last read from. */
  #known: string | undefined;
  #untilReset = new AbortController();

  /** @param seed what a reset goes back to */
  constructor(ports: Pick<Ports, 'store' | 'clock' | 'newUuid'>, seed: Resources) {
    this.#store = ports.store;
    this.#seed = seed;
    this.clock = new ControlledClock(ports.clock);
    this.uuids = new ControlledUuids(ports.newUuid);
    this.jobPace = new JobPace(this.clock.now);
  }

  /** Takes over what was set meanwhile, of whichever server. */
  async refresh(): Promise<void> {
    const text = await this.#store.readControl();
    if (text !== undefined) this.#take(text);
  }

  async setClock(clock: ClockSetting): Promise<void> {
    await this.#change((shared) => ({ ...shared, clock }));
  }

  async setFinish(finish: Finish): Promise<void> {
    await this.#change((shared) => ({ ...shared, finish }));
    // Also where it stays the same: what was counted so far is forgotten.
    this.jobPace.set(finish);
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
  async takeFault(operation: string): Promise<Fault | undefined> {
    if (!this.faults.some((fault) => strikes(fault, operation))) return undefined;
    let taken: PlannedFault | undefined;
    await this.#change((shared) => {
      taken = shared.faults.find((fault) => strikes(fault, operation));
      const counted = (fault: PlannedFault) =>
        fault === taken ? { ...fault, struck: fault.struck + 1 } : fault;
      return { ...shared, faults: shared.faults.map(counted) };
    });
    return taken;
  }

  /** Aborts at the next reset: neither a delay nor what comes after it goes on then. */
  get untilReset(): AbortSignal {
    return this.#untilReset.signal;
  }

  /** Makes everything as it was at the start, but for accounts and sessions. */
  async reset(): Promise<void> {
    // First, so that nothing that was delayed is done after it.
    await this.#change(({ resets }) => ({ ...START, resets: resets + 1 }));
    await this.#store.replaceResources(this.#seed);
    // Again: what was remembered meanwhile is of what was there before.
    this.onReset();
  }

  async #change(change: (shared: Shared) => Shared): Promise<void> {
    const text = await this.#store.changeControl((current) =>
      JSON.stringify(change(current === undefined ? START : JSON.parse(current))),
    );
    this.#take(text);
  }

  #take(text: string): void {
    if (text === this.#known) return;
    this.#known = text;
    const before = this.#shared;
    this.#shared = JSON.parse(text);
    const { clock, finish, resets } = this.#shared;
    this.clock.set(clock);
    if (JSON.stringify(finish) !== JSON.stringify(before.finish)) this.jobPace.set(finish);
    if (resets === before.resets) return;
    this.#untilReset.abort();
    this.#untilReset = new AbortController();
    this.uuids.set(undefined);
    this.jobPace.set(finish);
    this.journal.clear();
    this.onReset();
  }
}
