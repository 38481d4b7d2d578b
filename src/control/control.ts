import { Buffer } from 'node:buffer';
import { ApiError } from '../contract/errors.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import type { Resources } from '../domain/records.ts';
import type { Snapshot } from '../domain/store.ts';
import { appliesTo, type Fault, type PlannedFault } from './faults.ts';
import { type JobCompletion, JobDelay } from './job-delay.ts';
import { RequestJournal } from './journal.ts';
import { ControlledUuids, type UuidSequence } from './uuids.ts';

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

/** The name of the snapshot that a reset goes back to, if it exists. */
const SEED = 'seed';

/** The state of a snapshot, which is stored as JSON. */
interface SavedState {
  /** The version of the program that took it. */
  version: string;
  resources: Resources;
  clock: ClockSetting;
  uuids: UuidSequence;
}

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
  readonly #version: string;
  #shared = INITIAL_STATE;
  /** The JSON of `#shared`. */
  #lastText: string | undefined;
  #resetController = new AbortController();
  /** The last snapshot that was read; the store restores the same object faster. */
  #lastRead: { text: string; saved: SavedState } | undefined;

  /**
   * @param seed the resources after a reset, unless a snapshot replaces it
   * @param version the program's
   */
  constructor(
    dependencies: Pick<Dependencies, 'store' | 'clock' | 'newUuid'>,
    seed: Resources,
    version: string,
  ) {
    this.#store = dependencies.store;
    this.#seed = seed;
    this.#version = version;
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

  /** The settings of clock, uuids and jobs. */
  get settings() {
    const { clock, finish } = this.#shared;
    const now = new Date(this.now()).toISOString();
    return {
      clock: { now, stopped: clock.still !== undefined, aheadMs: clock.ahead ?? 0 },
      uuids: { seed: this.uuids.sequence.seed },
      jobs: finish === 'at once' ? {} : finish,
    };
  }

  /** Changes some of the settings that all servers share. */
  async set(settings: Partial<Omit<SharedState, 'resets'>>): Promise<void> {
    await this.#change((shared) => ({ ...shared, ...settings }));
    // Also if it is unchanged, to reset the counts of polls.
    if (settings.finish) this.jobDelay.set(settings.finish);
  }

  /** All faults in order, also the used-up ones. */
  get faults(): readonly PlannedFault[] {
    return this.#shared.faults;
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

  /**
   * Restores the settings of the start and the resources of a snapshot, by default those of the seed; accounts and
   * sessions stay.
   * @param also settings to restore from the snapshot as well
   * @throws ApiError SYS.1003 without such a snapshot; SYS.1006 for one of another version that lacks what this one needs
   */
  async reset(name?: string, also: { clock?: boolean; uuids?: boolean } = {}): Promise<void> {
    const saved = await this.#readSnapshot(name ?? SEED);
    if (!saved && name !== undefined) {
      throw new ApiError('snapshotNotFound', `there is no snapshot[${name}]`);
    }
    // First, so that delayed requests are cancelled before the resources are replaced.
    await this.#change((shared) => ({
      ...afterReset(shared),
      ...(also.clock && { clock: saved?.clock ?? {} }),
    }));
    await this.#store.replaceResources(saved?.resources ?? this.#seed).catch((error) => {
      if (!saved || saved.version === this.#version || error instanceof ApiError) throw error;
      throw new ApiError(
        'operationFailed',
        `snapshot[${name ?? SEED}] of version ${saved.version} lacks what version ${this.#version} needs: take it again`,
      );
    });
    if (also.uuids) this.uuids.set(saved?.uuids ?? {});
    // Again, because state of the former resources may have been added meanwhile.
    this.onReset();
  }

  /** Makes resources the seed and resets to it, or rejects and changes nothing. */
  async setSeed(resources: Resources): Promise<void> {
    const snapshot = this.#toSnapshot(SEED, { resources, clock: {}, uuids: {} });
    await this.#store.replaceResources(resources, snapshot);
    await this.#change(afterReset);
  }

  /** Saves the present state as a snapshot, in place of the one of that name. */
  async takeSnapshot(name: string): Promise<Snapshot> {
    const resources = await this.#store.readResources();
    const { clock } = this.#shared;
    const snapshot = this.#toSnapshot(name, { resources, clock, uuids: this.uuids.sequence });
    await this.#store.saveSnapshot(snapshot);
    return snapshot;
  }

  #toSnapshot(name: string, saved: Omit<SavedState, 'version'>): Snapshot {
    const state = JSON.stringify({ version: this.#version, ...saved });
    return { name, createDate: this.#clock(), bytes: Buffer.byteLength(state), state };
  }

  async #readSnapshot(name: string): Promise<SavedState | undefined> {
    const text = (await this.#store.findSnapshot(name))?.state;
    if (text === undefined) return undefined;
    if (text !== this.#lastRead?.text) this.#lastRead = { text, saved: JSON.parse(text) };
    return this.#lastRead.saved;
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
    this.uuids.set({});
    this.jobDelay.set(finish);
    this.journal.clear();
    this.onReset();
  }
}

function afterReset({ resets }: SharedState): SharedState {
  return { ...INITIAL_STATE, resets: resets + 1 };
}
