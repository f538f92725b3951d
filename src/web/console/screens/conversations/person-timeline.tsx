import { useState } from 'preact/hooks';
import type { TimelineEntry, TimelineView } from '../../../../console/conversation-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Loaded } from '../../../ui/feedback.tsx';
import { momentText } from '../../../ui/formats.ts';
import { Icon, type IconName } from '../../../ui/icons.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { dictionary } from '../../../ui/words.ts';
import { router } from '../../router.ts';
import { api } from '../../session.ts';

const words = dictionary({
  pt: {
    title: 'Histórico da pessoa',
    hint: 'Ligações, conversas e agendamentos do mesmo número. Um telefone de família mostra a família.',
    none: 'Nada além desta conversa.',
    all: (count: number) => `Ver tudo (${count})`,
    here: 'esta conversa',
  },
  en: {
    title: 'History of the person',
    hint: 'Calls, conversations and appointments of the same number. A family’s telephone shows the family.',
    none: 'Nothing but this conversation.',
    all: (count) => `See all (${count})`,
    here: 'this conversation',
  },
});

/** As many as are seen without asking for more. */
const shownFirst = 6;

const icons: Record<TimelineEntry['kind'], IconName> = {
  call: 'phone',
  conversation: 'chat',
  appointment: 'calendar',
};

/** What one person had to do with the clinic by telephone, WhatsApp and page, newest first. */
export function PersonTimeline({ id, timeZone }: { id: string; timeZone: string | undefined }) {
  const w = words();
  const [isAll, setAll] = useState(false);
  const remote = useRemote(
    (signal) => api<TimelineView>('GET', `/conversations/${id}/timeline`, undefined, { signal }),
    [id],
  );
  return (
    <section class="panel stack tight" aria-label={w.title}>
      <h3>{w.title}</h3>
      <Loaded remote={remote} lines={3}>
        {({ entries }) => {
          if (entries.every((one) => one.id === id)) return <p class="soft">{w.none}</p>;
          return (
            <>
              <p class="soft small">{w.hint}</p>
              <ol class="conversations-timeline">
                {entries.slice(0, isAll ? entries.length : shownFirst).map((entry) => (
                  <li key={`${entry.kind} ${entry.id}`}>
                    <Icon name={icons[entry.kind]} />
                    <div>
                      <span class="row">
                        {entry.id === id ? (
                          <strong>{entry.title}</strong>
                        ) : (
                          <a href={addressOf(entry, timeZone)}>{entry.title}</a>
                        )}
                        <time class="soft small figures" dateTime={entry.at}>
                          {momentText(entry.at, timeZone)}
                        </time>
                        {entry.id === id && <span class="soft small">({w.here})</span>}
                      </span>
                      <p class="small">{entry.detail}</p>
                    </div>
                  </li>
                ))}
              </ol>
              {!isAll && entries.length > shownFirst && (
                <div>
                  <Button onClick={() => setAll(true)}>{w.all(entries.length)}</Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function addressOf({ kind, id, at }: TimelineEntry, timeZone: string | undefined): string {
  if (kind === 'call') return router.href(`/recordings/${id}`);
  if (kind === 'conversation') return router.href(`/conversations/${id}`);
  return router.href(`/agenda?${new URLSearchParams({ day: dayAt(at, timeZone), open: id })}`);
}

/** `YYYY-MM-DD` at the clinic. */
function dayAt(at: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(at));
}
