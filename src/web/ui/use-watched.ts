import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Remote } from './use-remote.ts';

/** After failures the next look waits twice as long each time, up to this. Ms. */
const longestWaitMs = 30_000;

export interface WatchedRequest<T> {
  signal: AbortSignal;
  /** The page asks by itself. */
  isUnattended: boolean;
  /** What is shown; to be told only of what is different. */
  known: T | undefined;
}

/**
 * Fetched, and asked for again as long as the page is seen: what changes elsewhere appears here.
 * @param load gives nothing when nothing has changed
 * @param keys strings and numbers it depends on
 * @param everyMs between an answer and the next look
 */
export function useWatched<T>(
  load: (request: WatchedRequest<T>) => Promise<T | undefined>,
  keys: readonly (string | number | boolean | undefined)[],
  everyMs: number,
): Remote<T> {
  const [state, setState] = useState<{ value?: T; error?: unknown; isLoading: boolean }>({
    isLoading: true,
  });
  const current = useRef(load);
  current.current = load;
  const known = useRef<T | undefined>(undefined);
  // What was asked before a change may answer after it: such an answer is old.
  const epoch = useRef(0);
  const askNow = useRef(() => {});
  const key = JSON.stringify(keys);

  const show = useCallback((value: T) => {
    epoch.current += 1;
    known.current = value;
    setState({ value, isLoading: false });
  }, []);

  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let timer: number | undefined;
    let failures = 0;
    let isAsking = false;
    known.current = undefined;
    setState({ isLoading: true });

    async function look(isUnattended: boolean): Promise<void> {
      if (isAsking) return;
      isAsking = true;
      window.clearTimeout(timer);
      const asked = epoch.current;
      try {
        const newer = await current.current({ signal, isUnattended, known: known.current });
        if (signal.aborted) return;
        failures = 0;
        if (newer !== undefined && asked === epoch.current) show(newer);
        else setState((old) => (old.error === undefined ? old : without(old)));
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        setState((old) => ({ ...without(old), error }));
      } finally {
        isAsking = false;
      }
      const waitMs = Math.min(everyMs * 2 ** failures, Math.max(everyMs, longestWaitMs));
      if (!signal.aborted && !document.hidden)
        timer = window.setTimeout(() => void look(true), waitMs);
    }

    const onSeen = () => {
      if (!document.hidden) void look(true);
    };
    askNow.current = () => void look(false);
    document.addEventListener('visibilitychange', onSeen);
    void look(false);
    return () => {
      ending.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onSeen);
    };
  }, [key, everyMs, show]);

  const reload = useCallback(() => askNow.current(), []);
  const { value, error, isLoading } = state;
  return { value, error, isLoading, reload, put: show };
}

function without<T>({ value }: { value?: T; error?: unknown }): { value?: T; isLoading: boolean } {
  return { ...(value === undefined ? {} : { value }), isLoading: false };
}
