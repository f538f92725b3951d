import { useState } from 'preact/hooks';
import type { ClinicListView, ClinicRow } from '../../../../console/clinic-list-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useWatched } from '../../../ui/use-watched.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, lookForSession } from '../../session.ts';
import { ClinicCard } from './clinic-card.tsx';
import './clinics.css';
import { NewClinic } from './new-clinic.tsx';
import { words } from './words.ts';

/** How often it is looked how the numbers are, ms. */
const lookMs = 10_000;

/** Every clinic and how its numbers are; clinics that begin, end and come back. */
export default function ClinicsScreen({ rest: [part] }: ScreenParts) {
  return part === 'new' ? <NewClinic /> : <AllClinics />;
}

function AllClinics() {
  const w = words();
  const [leaving, setLeaving] = useState<ClinicRow>();
  const remote = useWatched<ClinicListView>(
    ({ signal, isUnattended }) => api('GET', '/clinics', undefined, { signal, isUnattended }),
    [],
    lookMs,
  );
  const change = useAction(async (id: string, deed: 'retire' | 'return') => {
    await api('POST', `/clinics/${id}/${deed}`);
    setLeaving(undefined);
    notify('good', deed === 'retire' ? w.isRetired : w.isBack);
    remote.reload();
    // The switch of clinics above shows what is in service.
    await lookForSession();
  });
  return (
    <>
      <ScreenHead title={w.title}>
        {remote.value?.mayAdd && (
          <Button look="main" icon="plus" onClick={() => router.go('/clinics/new')}>
            {w.add}
          </Button>
        )}
      </ScreenHead>
      <Loaded remote={remote} lines={6}>
        {({ clinics, retired, mayAdd }) => (
          <>
            {clinics.length === 0 && <EmptyState icon="clinic" title={w.none} />}
            {clinics.map((one) => (
              <ClinicCard
                key={one.id}
                one={one}
                onRetire={mayAdd && one.isOwn ? () => setLeaving(one) : undefined}
              />
            ))}
            {retired.length > 0 && (
              <section class="panel stack">
                <h2>{w.retiredTitle}</h2>
                <ul class="clinics-retired">
                  {retired.map(({ id, name }) => (
                    <li key={id} class="row spread">
                      <span>{name}</span>
                      <Button
                        icon="undo"
                        isBusy={change.isRunning}
                        aria-label={`${w.return}: ${name}`}
                        onClick={() => void change.run(id, 'return')}
                      >
                        {w.return}
                      </Button>
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </>
        )}
      </Loaded>
      {leaving && (
        <Confirm
          title={w.retireTitle(leaving.name)}
          action={w.retire}
          isBusy={change.isRunning}
          onConfirm={() => void change.run(leaving.id, 'retire')}
          onClose={() => setLeaving(undefined)}
        >
          <p>{w.retireHelp}</p>
        </Confirm>
      )}
    </>
  );
}
