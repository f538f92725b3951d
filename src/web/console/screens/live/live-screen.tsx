import { useEffect, useState } from 'preact/hooks';
import { Callout, EmptyState, Skeleton } from '../../../ui/feedback.tsx';
import { durationText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { type FollowedCall, liveState, useLiveCalls } from '../../live-store.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { lengthMs, StateBadges } from './call-state.tsx';
import { LiveDetail } from './live-detail.tsx';
import { words } from './words.ts';
import '../../styles/list-and-detail.css';
import './live.css';

/** Calls in progress, and one of them in full. */
export default function LiveScreen({ rest, screens }: ScreenParts) {
  const w = words();
  const calls = useLiveCalls();
  const nowMs = useNow();
  const [chosenId] = rest;
  const chosen = chosenId ? calls.get(chosenId) : undefined;
  const all = [...calls.values()].reverse();
  const state = liveState.value;
  return (
    <>
      <ScreenHead title={w.title} />
      {state === 'lost' && <Callout tone="warn">{w.lost}</Callout>}
      {state === 'opening' && calls.size === 0 && <Skeleton lines={3} />}
      {state !== 'opening' && calls.size === 0 && (
        <section class="panel">
          <EmptyState icon="live" title={w.none}>
            <p class="soft">{w.noneHelp}</p>
          </EmptyState>
        </section>
      )}
      <div class={chosenId ? 'list-and-detail chosen' : 'list-and-detail'}>
        {all.length > 0 && (
          <nav class="panel flush list-side link-list live-list" aria-label={w.list}>
            <ul>
              {all.map((one) => (
                <li key={one.call.id}>
                  <CallLink one={one} isChosen={one.call.id === chosenId} nowMs={nowMs} />
                </li>
              ))}
            </ul>
          </nav>
        )}
        <div class="grow live-side">
          {chosenId && (
            <a class="button quiet detail-back" href={router.href('/live')}>
              <Icon name="left" />
              {w.back}
            </a>
          )}
          {chosen && (
            <LiveDetail
              key={chosen.call.id}
              one={chosen}
              nowMs={nowMs}
              hasRecordings={screens.some(({ path }) => path === 'recordings')}
            />
          )}
          {!chosen && chosenId && state === 'on' && <Callout tone="info">{w.gone}</Callout>}
          {!chosenId && all.length > 0 && <p class="soft detail-choose">{w.choose}</p>}
        </div>
      </div>
    </>
  );
}

function CallLink({
  one,
  isChosen,
  nowMs,
}: {
  one: FollowedCall;
  isChosen: boolean;
  nowMs: number;
}) {
  const w = words();
  const { call, entries } = one;
  const last = entries.findLast((entry) => entry.kind === 'line');
  return (
    <a href={router.href(`/live/${call.id}`)} aria-current={isChosen ? 'true' : undefined}>
      <span class="row spread">
        <strong class="figures">{call.caller ?? w.hidden}</strong>
        <span class="soft figures small">{durationText(lengthMs(one, nowMs))}</span>
      </span>
      <span class="row">
        <StateBadges call={call} />
      </span>
      {last?.kind === 'line' && last.text && <span class="soft small live-last">{last.text}</span>}
    </a>
  );
}

function useNow(): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
