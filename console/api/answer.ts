import { useEffect, useState } from 'preact/hooks';
import { Failure } from './client.ts';

export interface Loading<Answer> {
  /** The last answer, also while the next one is awaited. */
  data: Answer | undefined;
  failure: Failure | undefined;
  isLoading: boolean;
  reload: () => void;
}

/**
 * Loads what a component shows, again whenever the key changes; what was asked for before is aborted then.
 * @param key names everything that the answer depends on
 * @param interval milliseconds after which it is loaded again; never unless given
 */
export function useAnswer<Answer>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer>,
  interval?: number,
): Loading<Answer> {
  const [state, setState] = useState<Omit<Loading<Answer>, 'reload'>>({
    data: undefined,
    failure: undefined,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const reload = () => setRound((count) => count + 1);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (data: Answer | undefined, failure: Failure | undefined) => {
      if (controller.signal.aborted) return;
      setState((before) => ({ data: data ?? before.data, failure, isLoading: false }));
      if (interval !== undefined) timer = setTimeout(reload, interval);
    };
    setState((before) => ({ ...before, isLoading: true }));
    load(controller.signal).then(
      (data) => settle(data, undefined),
      (error: Error) =>
        settle(
          undefined,
          error instanceof Failure ? error : new Failure({ details: error.message }),
        ),
    );
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, round]);
  return { ...state, reload };
}
