import './clinic.css';
import { useState } from 'preact/hooks';
import type { ClinicView } from '../../../../console/clinic-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Badge, Callout, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic, person } from '../../session.ts';
import { type ClinicWork, tellTrouble, useClinic, workOn } from './clinic-data.ts';
import { ClinicDays } from './clinic-days.tsx';
import { ClinicGreeting } from './clinic-greeting.tsx';
import { ClinicHistory } from './clinic-history.tsx';
import { ClinicPreview } from './clinic-preview.tsx';
import { ClinicPrices } from './clinic-prices.tsx';
import { ClinicText } from './clinic-text.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { words } from './words.ts';

const parts = ['days', 'prices', 'greeting', 'text', 'preview', 'history'] as const;

/** A clinic's data: drafted here, published, taken back. */
export default function ClinicScreen({ rest }: ScreenParts) {
  const current = clinic.value;
  return current ? <OneClinic key={current.id} id={current.id} part={rest[0]} /> : null;
}

function OneClinic({ id, part }: { id: string; part: string | undefined }) {
  const w = words();
  const remote = useClinic(id);
  const chosen = parts.find((one) => one === part) ?? 'days';
  const mayEdit = person.value?.role === 'admin';
  return (
    <Loaded remote={remote} lines={8}>
      {(view) => {
        const work = workOn(remote, view, mayEdit);
        return (
          <>
            <Head work={work} />
            <Tabs
              label={w.parts}
              tabs={parts.map((one) => ({ id: one, text: w[one] }))}
              chosen={chosen}
              onChoose={(one) => router.replace(`/clinic/${one}`)}
            >
              <Part part={chosen} work={work} />
            </Tabs>
          </>
        );
      }}
    </Loaded>
  );
}

function Part({ part, work }: { part: (typeof parts)[number]; work: ClinicWork }) {
  const { view } = work;
  // Forms begin anew when what they show has changed.
  const key = `${view.version}.${view.draft?.revision ?? 0}`;
  if (part === 'text') return <ClinicText key={key} work={work} />;
  if (part === 'history') return <ClinicHistory key={key} work={work} />;
  if (part === 'preview') return <ClinicPreview key={key} work={work} />;
  if (!view.form) {
    return <EmptyState icon="warning" title={words().formMissing} />;
  }
  if (part === 'prices') return <ClinicPrices form={view.form} work={work} />;
  if (part === 'greeting') return <ClinicGreeting key={key} form={view.form} work={work} />;
  return <ClinicDays key={key} form={view.form} work={work} />;
}

function Head({ work }: { work: ClinicWork }) {
  const w = words();
  const { view, mayEdit } = work;
  const { draft } = view;
  const [asks, setAsks] = useState<'publish' | 'discard'>();
  const close = () => setAsks(undefined);
  const discarding = useAction(work.discard, tellTrouble);
  const problems = draft?.problems.length ?? 0;
  return (
    <>
      <ScreenHead title={view.name}>
        <Badge tone="good">{view.version === 0 ? w.shippedInForce : w.inForce(view.version)}</Badge>
        <Badge tone={draft ? 'warn' : 'plain'}>
          {draft ? w.draftOf(draft.by, momentText(draft.at, view.timeZone)) : w.noDraft}
        </Badge>
        {mayEdit && person.value?.clinics.length !== 1 && !draft && <ReadFiles />}
        {mayEdit && draft && <Button onClick={() => setAsks('discard')}>{w.discard}</Button>}
        {mayEdit && draft && (
          <Button look="main" disabled={problems > 0} onClick={() => setAsks('publish')}>
            {w.publish}
          </Button>
        )}
      </ScreenHead>
      {view.hasShippedChanged && <Callout tone="warn">{w.shippedChanged}</Callout>}
      {problems > 0 && <Callout tone="warn">{w.draftProblems(problems)}</Callout>}
      {asks === 'publish' && <PublishDialog work={work} onClose={close} />}
      {asks === 'discard' && (
        <Confirm
          title={w.discardTitle}
          action={w.discard}
          isBusy={discarding.isRunning}
          onClose={close}
          onConfirm={() => void discarding.run().then(close)}
        >
          <p>{w.discardWhat}</p>
        </Confirm>
      )}
    </>
  );
}

/** Files that somebody put into the folder of clinics on the server. */
function ReadFiles() {
  const w = words();
  const reading = useAction(async () => {
    const { clinics } = await api<{ clinics: ClinicView['id'][] }>('POST', '/clinic-files/read');
    notify('info', clinics.length > 0 ? w.newFiles(clinics.join(', ')) : w.noNewFiles);
  });
  return (
    <Button look="quiet" isBusy={reading.isRunning} onClick={() => void reading.run()}>
      {w.readFiles}
    </Button>
  );
}
