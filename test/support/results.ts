/** For a write of the store whose result is to be the record it tells of. */
export const asIs = <Stored>(record: Stored): Stored => record;

/** For a write of the store that tells of nothing. */
export const nothing = (): void => {};
