import type { Ports } from '../domain/ports.ts';
import type { Resources } from '../domain/records.ts';
import { ControlledClock } from './clock.ts';
import { FaultPlan } from './faults.ts';
import { JobPace } from './job-pace.ts';
import { RequestJournal } from './request-journal.ts';
import { ControlledUuids } from './uuids.ts';

/** Everything that tests can set of a server that stands in for the platform. */
export class Control {
  readonly clock: ControlledClock;
  readonly uuids: ControlledUuids;
  readonly jobPace: JobPace;
  readonly faults = new FaultPlan();
  readonly journal = new RequestJournal();
  readonly #store: Ports['store'];
  readonly #seed: Resources;

  /** @param seed what a reset goes back to */
  constructor(ports: Pick<Ports, 'store' | 'clock' | 'newUuid'>, seed: Resources) {
    this.#store = ports.store;
    this.#seed = seed;
    this.clock = new ControlledClock(ports.clock);
    this.uuids = new ControlledUuids(ports.newUuid);
    this.jobPace = new JobPace(this.clock.now);
  }

  /** Makes everything as it was at the start, but for accounts and sessions. */
  async reset(): Promise<void> {
    // First, so that nothing that was delayed is done after it.
    this.faults.reset();
    await this.#store.replaceResources(this.#seed);
    this.clock.set({});
    this.uuids.set(undefined);
    this.jobPace.set('at once');
    this.journal.clear();
  }
}
