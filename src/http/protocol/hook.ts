import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';

/**
 * Makes a hook of a check, which throws or rejects to refuse a request. One that waits for nothing lets
 * the request go on at once: of an async function's hook the framework waits for the promise.
 */
export function asHook(
  check: (request: FastifyRequest, reply: FastifyReply) => Promise<void> | void,
) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const waiting = check(request, reply);
    if (waiting) waiting.then(() => done(), done);
    else done();
  };
}
