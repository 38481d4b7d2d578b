/** For a write of the store whose result is the record. */
export const asIs = <Stored>(record: Stored): Stored => record;

/** For a write of the store without a result. */
export const nothing = (): void => {};

/** For a change of one resource whose result is the record. */
export const first = <Stored>(changed: readonly Stored[]): Stored => changed[0] as Stored;
