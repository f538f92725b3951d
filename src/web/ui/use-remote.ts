import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Something that is fetched: what is known of it, and how to ask again. */
export interface Remote<T> {
  /** The newest answer; stays while it is asked for again. */
  value: T | undefined;
  /** Why the newest request failed. */
  error: unknown;
  isLoading: boolean;
  reload(): void;
  /** Shows a value that is already known, like the answer of a change. */
  put(value: T): void;
}

/**
 * Fetches at once and whenever `keys` change; an older request is given up.
 * @param load gets a signal that ends it
 * @param keys strings and numbers it depends on
 */
export function useRemote<T>(
  load: (signal: AbortSignal) => Promise<T>,
  keys: readonly (string | number | boolean | undefined)[],
): Remote<T> {
  const [state, setState] = useState<{ value?: T; error?: unknown; isLoading: boolean }>({
    isLoading: true,
  });
  const [turn, setTurn] = useState(0);
  const current = useRef(load);
  current.current = load;
  const key = JSON.stringify(keys);
  const lastKey = useRef(key);
  useEffect(() => {
    const ending = new AbortController();
    const isOther = lastKey.current !== key;
    lastKey.current = key;
    setState((old) =>
      isOther || old.value === undefined
        ? { isLoading: true }
        : { value: old.value, isLoading: true },
    );
    current.current(ending.signal).then(
      (value) => !ending.signal.aborted && setState({ value, isLoading: false }),
      (error: unknown) =>
        !ending.signal.aborted &&
        setState((old) => ({
          ...(old.value === undefined ? {} : { value: old.value }),
          error,
          isLoading: false,
        })),
    );
    return () => ending.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  const put = useCallback((value: T) => setState({ value, isLoading: false }), []);
  return { value: state.value, error: state.error, isLoading: state.isLoading, reload, put };
}
