import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { LiveCall, LiveChange, LiveEntry, LiveSnapshot } from '../../console/live-view.ts';
import { api } from './session.ts';

/** Calls that are over stay in sight, the newest of them, so that nobody looks for what was there a moment ago. */
const keptEnded = 20;
/** After the browser has given the stream up. */
const againMs = 4_000;

export interface FollowedCall {
  call: LiveCall;
  /** By the clock of this page. */
  startedMs: number;
  /** In the order of the call's clock. */
  entries: readonly LiveEntry[];
}

/** `lost`: what is shown may be old; it is being asked for again. */
export const liveState = signal<'opening' | 'on' | 'lost'>('opening');
export const liveCalls = signal<ReadonlyMap<string, FollowedCall>>(new Map());
/** The latest thing that happened, to whoever wants to know (like the agenda, of a booking). */
export const latestChange = signal<LiveChange | undefined>(undefined);

const feed: { source: EventSource | undefined; users: number; timer: number | undefined } = {
  source: undefined,
  users: 0,
  timer: undefined,
};

/** Follows calls as long as the component is drawn. */
export function useLiveCalls(): ReadonlyMap<string, FollowedCall> {
  useEffect(() => {
    feed.users += 1;
    if (feed.users === 1) open();
    return () => {
      feed.users -= 1;
      if (feed.users === 0) close();
    };
  }, []);
  return liveCalls.value;
}

function open(): void {
  const source = new EventSource('/console/api/live');
  feed.source = source;
  source.addEventListener('snapshot', ({ data }) => begin(JSON.parse(data) as LiveSnapshot));
  source.addEventListener('change', ({ data }) => take(JSON.parse(data) as LiveChange));
  source.onerror = () => {
    liveState.value = 'lost';
    // The browser tries again by itself unless it was refused: then it is asked why.
    if (source.readyState !== EventSource.CLOSED) return;
    api('GET', '/session', undefined, { isUnattended: true }).catch(() => undefined);
    feed.timer = window.setTimeout(open, againMs);
  };
}

function close(): void {
  window.clearTimeout(feed.timer);
  feed.source?.close();
  feed.source = undefined;
  liveState.value = 'opening';
  liveCalls.value = new Map();
}

function begin(snapshot: LiveSnapshot): void {
  const ended = [...liveCalls.value].filter(([, { call }]) => call.state === 'ended');
  const live = snapshot.calls.map(
    ({ entries, ...call }) =>
      [call.id, { call, startedMs: startOf(call), entries: inOrder(entries) }] as const,
  );
  liveCalls.value = new Map([...ended, ...live]);
  liveState.value = 'on';
}

function take(change: LiveChange): void {
  const { call, entry } = change;
  const known = liveCalls.value.get(call.id)?.entries ?? [];
  const entries = entry ? inOrder([...known.filter(({ id }) => id !== entry.id), entry]) : known;
  const next = new Map(liveCalls.value).set(call.id, { call, startedMs: startOf(call), entries });
  const ended = [...next.values()].filter((one) => one.call.state === 'ended');
  for (const old of ended.slice(0, Math.max(0, ended.length - keptEnded))) next.delete(old.call.id);
  liveCalls.value = next;
  latestChange.value = change;
}

const startOf = (call: LiveCall) => Date.now() - call.elapsedMs;

function inOrder(entries: readonly LiveEntry[]): LiveEntry[] {
  return [...entries].sort((a, b) => a.atMs - b.atMs);
}
