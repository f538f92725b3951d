import { Tabs } from '../../../ui/tabs.tsx';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { clinic } from '../../session.ts';
import '../agenda/agenda.css';
import { RequestsList } from './requests-list.tsx';
import './requests.css';
import { WaitingList } from './waiting-list.tsx';
import { words } from './words.ts';

/** What callers left for the clinic's people, and who waits for a place. */
export default function RequestsScreen({ rest: [view = ''] }: ScreenParts) {
  const w = words();
  const here = clinic.value;
  if (!here) return null;
  const { id, timeZone } = here;
  const chosen = view === 'done' || view === 'waiting' ? view : 'open';
  return (
    <>
      <ScreenHead title={w.title} />
      <Tabs
        label={w.views}
        chosen={chosen}
        tabs={[
          { id: 'open', text: w.open },
          { id: 'waiting', text: w.waiting },
          { id: 'done', text: w.done },
        ]}
        onChoose={(next) => router.go(next === 'open' ? '/requests' : `/requests/${next}`)}
      >
        {chosen === 'waiting' ? (
          <WaitingList key={id} clinic={id} timeZone={timeZone} />
        ) : (
          <RequestsList key={`${id}/${chosen}`} clinic={id} timeZone={timeZone} status={chosen} />
        )}
      </Tabs>
    </>
  );
}
