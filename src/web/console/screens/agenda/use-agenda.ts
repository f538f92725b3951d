import { useEffect, useRef } from 'preact/hooks';
import type { DrawnAgenda } from '../../../../console/agenda-view.ts';
import { ApiProblem } from '../../../ui/api.ts';
import { type Remote, useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';

/** How often it is looked whether somebody booked meanwhile, ms. An agenda that did not change is not sent again. */
const lookEveryMs = 10_000;

/** The agenda of some days, kept fresh while the page is looked at. */
export function useAgenda(
  clinic: string,
  { from, days }: { from: string; days: number },
  by: string,
): Remote<DrawnAgenda> {
  const query = new URLSearchParams({ clinic, from, days: String(days), by });
  const path = `/agenda?${query}`;
  const remote = useRemote(
    (signal) => api<DrawnAgenda>('GET', path, undefined, { signal }),
    [path],
  );
  const latest = useRef(remote);
  latest.current = remote;
  useEffect(() => {
    const ending = new AbortController();
    const timer = setInterval(() => {
      const { value, put } = latest.current;
      if (document.hidden || !value) return;
      look(path, value.version, ending.signal).then(
        (newer) => newer && !ending.signal.aborted && put(newer),
        () => {},
      );
    }, lookEveryMs);
    return () => {
      clearInterval(timer);
      ending.abort();
    };
  }, [path]);
  return remote;
}

/** Nothing when it is as it was; trouble shows when somebody asks again. */
async function look(
  path: string,
  version: string,
  signal: AbortSignal,
): Promise<DrawnAgenda | undefined> {
  try {
    const headers = { 'if-none-match': `"${version}"` };
    return await api<DrawnAgenda>('GET', path, undefined, { signal, headers, isUnattended: true });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 304) return undefined;
    throw error;
  }
}
