import type { OperationName, Request, Result } from '../contract/operations.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * What an operation does: from a read and checked request to the answer's content.
 * Rejects with ApiError where the operation can't be done; nothing is then changed.
 */
export type Handler<Name extends OperationName> = (
  request: Request<Name>,
  dependencies: Dependencies,
) => Promise<Result<Name>>;
