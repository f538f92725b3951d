import { useEffect, useRef } from 'preact/hooks';
import { type Remote, useRemote } from '../../../ui/use-remote.ts';

/**
 * Fetched, and asked for again while something is going on.
 * @param goesOn ms until the next look; nothing when it is over
 */
export function usePolled<T>(
  load: (signal: AbortSignal, isUnattended: boolean) => Promise<T>,
  keys: readonly (string | number | undefined)[],
  goesOn: (value: T) => number | undefined,
): Remote<T> {
  const remote = useRemote((signal) => load(signal, false), keys);
  const latest = useRef({ load, goesOn });
  latest.current = { load, goesOn };
  const { value, put } = remote;
  useEffect(() => {
    const waitMs = value === undefined ? undefined : latest.current.goesOn(value);
    if (value === undefined || waitMs === undefined) return;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      latest.current.load(ending.signal, true).then(
        (newer) => !ending.signal.aborted && put(newer),
        // The line fails now and then: what is known stays, and it is asked again.
        () => !ending.signal.aborted && put({ ...value }),
      );
    }, waitMs);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [value, put]);
  return remote;
}
