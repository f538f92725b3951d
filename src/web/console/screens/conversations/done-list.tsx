import type { DoneView } from '../../../../console/conversation-view.ts';
import { Badge } from '../../../ui/feedback.tsx';
import { dateText } from '../../../ui/formats.ts';
import { router } from '../../router.ts';
import { words } from './words.ts';

/** What came of a conversation, each with the way to it. */
export function DoneList({ done }: { done: readonly DoneView[] }) {
  const w = words();
  if (done.length === 0) return null;
  return (
    <section class="panel stack tight">
      <h3>{w.done}</h3>
      <ul class="conversations-done">
        {done.map((one) => (
          <li key={one.id} class="row">
            <Badge tone={one.kind === 'appointment' ? 'good' : 'info'}>{w[one.kind]}</Badge>
            <a href={addressOf(one)}>{[one.name, one.title].filter(Boolean).join(' · ')}</a>
            {one.day !== null && (
              <span class="figures">
                {dateText(one.day)} {one.time}
              </span>
            )}
            <span class="soft small figures">
              {w.protocol} {one.protocol}
            </span>
            {one.status === 'cancelled' && <Badge>{w.cancelled}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function addressOf({ id, kind, day, status }: DoneView): string {
  if (kind === 'appointment')
    return router.href(`/agenda?${new URLSearchParams({ day: day ?? '', open: id })}`);
  if (kind === 'waiting-list' && status === 'open') return router.href('/requests/waiting');
  return router.href(status === 'done' ? '/requests/done' : '/requests');
}
