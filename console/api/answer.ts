import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from './client.ts';

export interface Loading<Answer> {
  /** The last answer, also while the next one is awaited. */
  data?: Answer;
  failure?: Failure;
  reload: () => void;
}

/** Number of changes made here so far: all that is shown is loaded again after each. */
const changes = signal(0);

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
  const [state, setState] = useState<Omit<Loading<Answer>, 'reload'>>({});
  const [round, setRound] = useState(0);
  const reload = () => setRound((count) => count + 1);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (settled: typeof state) => {
      if (controller.signal.aborted) return;
      setState(({ data }) => ({ data, ...settled }));
      if (interval !== undefined) timer = setTimeout(reload, interval);
    };
    load(controller.signal).then(
      (data) => settle({ data }),
      (failure: Failure) => settle({ failure }),
    );
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, round, changes.value]);
  return { ...state, reload };
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
      changes.value += 1;
      onDone?.(answer);
    } catch (error) {
      setFailure(error as Failure);
    }
    isRunning.current = false;
  };
  return { failure, run };
}
