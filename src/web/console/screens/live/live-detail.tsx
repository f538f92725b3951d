import { useEffect, useRef } from 'preact/hooks';
import type { LiveEntry } from '../../../../console/live-view.ts';
import { durationText, moneyText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import type { FollowedCall } from '../../live-store.ts';
import { router } from '../../router.ts';
import { person } from '../../session.ts';
import { lengthMs, StateBadges } from './call-state.tsx';
import { LiveControls } from './live-controls.tsx';
import { noteIcon, noteText } from './note-words.ts';
import { words } from './words.ts';

/** One call: what is said, and what can be done. */
export function LiveDetail({
  one,
  nowMs,
  hasRecordings,
}: {
  one: FollowedCall;
  nowMs: number;
  hasRecordings: boolean;
}) {
  const w = words();
  const { call, entries } = one;
  const mayAct = person.value?.role !== 'auditor';
  return (
    <article class="stack">
      <header class="panel stack tight">
        <div class="row spread">
          <h2 class="figures">{call.caller ?? w.hidden}</h2>
          <span class="row">
            <StateBadges call={call} />
          </span>
        </div>
        <dl class="live-facts">
          <div>
            <dt>{w.duration}</dt>
            <dd class="figures">{durationText(lengthMs(one, nowMs))}</dd>
          </div>
          <div>
            <dt>{w.cost}</dt>
            <dd class="figures">
              {call.costBrl === null ? '–' : moneyText(Math.round(call.costBrl * 100))}
            </dd>
          </div>
        </dl>
        {call.state !== 'ended' && mayAct && <LiveControls call={call} />}
        {call.state === 'ended' && hasRecordings && (
          <a class="button" href={router.href(`/recordings/${call.id}`)}>
            <Icon name="recording" />
            {w.recording}
          </a>
        )}
      </header>
      <RunningTranscript entries={entries} />
    </article>
  );
}

/** New lines are read aloud; the end stays in sight unless somebody has scrolled up. */
export function RunningTranscript({ entries }: { entries: readonly LiveEntry[] }) {
  const w = words();
  const frame = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const { length } = entries;
  useEffect(() => {
    const element = frame.current;
    if (element && follows.current && length > 0) element.scrollTop = element.scrollHeight;
  }, [length]);
  return (
    <section class="panel flush">
      <h3 class="live-transcript-title">{w.transcript}</h3>
      <div
        ref={frame}
        class="live-transcript"
        role="log"
        aria-label={w.transcript}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </div>
    </section>
  );
}

function Entry({ entry }: { entry: LiveEntry }) {
  const w = words();
  const at = <time class="soft small figures">{durationText(entry.atMs)}</time>;
  if (entry.kind === 'note')
    return (
      <p class={`live-note ${entry.note}`}>
        {at}
        <Icon name={noteIcon(entry)} />
        <span>{noteText(entry)}</span>
      </p>
    );
  const who = { caller: w.caller, agent: w.agent, person: w.staff }[entry.speaker];
  return (
    <p class={`live-line ${entry.speaker}`}>
      {at}
      <strong>{who}</strong>
      <span>
        {entry.text ?? <em class="soft">{w.noWords}</em>}
        {entry.interrupted && <span class="soft"> — ({w.cutOff})</span>}
      </span>
    </p>
  );
}
