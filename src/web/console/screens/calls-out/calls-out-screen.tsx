import { Tabs } from '../../../ui/tabs.tsx';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { clinic } from '../../session.ts';
import { CallForm } from './call-form.tsx';
import './calls-out.css';
import { ListView } from './list-view.tsx';
import { ListsView } from './lists-view.tsx';
import { OptOutsView } from './opt-outs-view.tsx';
import { words } from './words.ts';

const paths = { call: '/calls-out', lists: '/calls-out/lists', 'opt-outs': '/calls-out/opt-outs' };

/** Calls that staff ask for: to one person, to many, and to whom never. */
export default function CallsOutScreen({ rest: [view = '', id], query }: ScreenParts) {
  const w = words();
  const here = clinic.value;
  if (!here) return null;
  const chosen = view === 'lists' || view === 'opt-outs' ? view : 'call';
  const start = { to: query.get('to') ?? '', message: query.get('message') ?? '' };
  return (
    <>
      <ScreenHead title={w.title} />
      <Tabs
        label={w.views}
        chosen={chosen}
        tabs={[
          { id: 'call', text: w.callTab },
          { id: 'lists', text: w.listsTab },
          { id: 'opt-outs', text: w.optOutsTab },
        ]}
        onChoose={(next) => router.go(paths[next as keyof typeof paths])}
      >
        {chosen === 'call' && (
          <CallForm key={here.id} clinic={here.id} timeZone={here.timeZone} start={start} />
        )}
        {chosen === 'lists' && !id && (
          <ListsView key={here.id} clinic={here.id} timeZone={here.timeZone} />
        )}
        {chosen === 'lists' && id && <ListView key={id} id={id} timeZone={here.timeZone} />}
        {chosen === 'opt-outs' && <OptOutsView timeZone={here.timeZone} />}
      </Tabs>
    </>
  );
}
