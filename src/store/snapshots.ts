import { ApiError } from '../contract/errors.ts';
import type { Snapshot, Snapshots } from '../domain/store.ts';
import type { Statements } from './statements.ts';
import { inOrder, type Steps, type Transactions } from './steps.ts';

/** Maximum number of snapshots, and of their bytes in total. */
const SNAPSHOTS_MAX = 100;
const BYTES_MAX = 256 * 1024 * 1024;

/**
 * Saves a snapshot in place of the one of its name.
 * @throws ApiError SYS.1006 beyond the maximum
 */
export function* saveSnapshot(statements: Statements, snapshot: Snapshot): Steps<void> {
  const { rows } = yield statements.sumSnapshots(snapshot);
  const [others, bytes] = rows[0] as [number, number];
  if (others >= SNAPSHOTS_MAX || bytes + snapshot.bytes > BYTES_MAX) {
    throw new ApiError(
      'operationFailed',
      `at most ${SNAPSHOTS_MAX} snapshots of ${BYTES_MAX} bytes in total can be saved: delete some`,
    );
  }
  yield statements.saveSnapshot(snapshot);
}

/** Creates the methods of snapshots. */
export function createSnapshots(
  statements: Statements,
  { read, write }: Pick<Transactions, 'read' | 'write'>,
): Snapshots {
  return {
    saveSnapshot: (snapshot) => write(() => saveSnapshot(statements, snapshot)),
    listSnapshots: () => read(() => statements.listSnapshots()),
    findSnapshot: async (name) => (await read(() => statements.snapshotByName({ name })))[0],
    deleteSnapshot: (name) => write(() => inOrder(statements.deleteSnapshot({ name }))),
  };
}
