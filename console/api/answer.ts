import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from './client.ts';

export interface Loading<Answer> {
  /** The last answer, also while the next one is awaited. */
  data?: Answer;
  failure?: Failure;
}

/** Number of changes made here so far: all that is shown is loaded again after each. */
const changes = signal(0);

/** Loads all that is shown again. */
export function reload(): void {
  changes.value += 1;
}

/**
 * Loads what a component shows, again whenever the key changes and after every action; what was requested before is
 * aborted then.
 * @param key names everything that the answer depends on
 * @param interval milliseconds after which it is loaded again; never unless given
 */
export function useAnswer<Answer>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer>,
  interval?: number,
): Loading<Answer> {
  const [state, setState] = useState<Loading<Answer>>({});
  useEffect(() => {
    const controller = new AbortController();
    const run = async () => {
      const settled = await load(controller.signal).then(
        (data) => ({ data }),
        (failure: Failure) => ({ failure }),
      );
      if (controller.signal.aborted) return;
      setState(({ data }) => ({ data, ...settled }));
      // What begins after the abort fails at once.
      if (interval !== undefined) setTimeout(run, interval);
    };
    void run();
    return () => controller.abort();
  }, [key, changes.value]);
  return state;
}

/** Runs a component's calls that change something, one at a time, with the failure of the last one. */
export function useAction() {
  const [failure, setFailure] = useState<Failure>();
  const isRunning = useRef(false);
  const run = async <Answer>(call: () => Promise<Answer>, onDone?: (answer: Answer) => void) => {
    if (isRunning.current) return;
    isRunning.current = true;
    try {
      const answer = await call();
      setFailure(undefined);
      reload();
      onDone?.(answer);
    } catch (error) {
      setFailure(error as Failure);
    }
    isRunning.current = false;
  };
  return { failure, run };
}
