import { useState } from 'preact/hooks';
import type { VersionView } from '../../../../console/clinic-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm, Dialog } from '../../../ui/dialog.tsx';
import { Badge, Loaded } from '../../../ui/feedback.tsx';
import { Field } from '../../../ui/field.tsx';
import { momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { ClinicChanges } from './clinic-changes.tsx';
import { type ClinicWork, tellTrouble, versionsOf } from './clinic-data.ts';
import { words } from './words.ts';

/** Who published what and when; each can be looked at and gone back to. */
export function ClinicHistory({ work }: { work: ClinicWork }) {
  const w = words();
  const { id, timeZone } = work.view;
  const history = useRemote((signal) => versionsOf(id, signal), [id]);
  const [shown, setShown] = useState<VersionView>();
  const [wanted, setWanted] = useState<VersionView>();
  const nameOf = ({ number }: VersionView) => (number === 0 ? w.original : String(number));
  return (
    <section class="panel flush">
      <Loaded remote={history}>
        {({ versions }) => (
          <Table
            caption={w.history}
            rows={versions}
            rowId={({ number }) => String(number)}
            columns={[
              {
                id: 'version',
                title: w.version,
                cell: (one) => (
                  <span class="row">
                    {nameOf(one)} {one.isCurrent && <Badge tone="good">{w.current}</Badge>}
                  </span>
                ),
              },
              {
                id: 'when',
                title: w.when,
                cell: ({ at }) => (at ? momentText(at, timeZone) : '—'),
              },
              { id: 'by', title: w.by, cell: ({ by }) => by ?? '—' },
              {
                id: 'note',
                title: w.note,
                cell: ({ note, restored }) =>
                  [restored === undefined ? '' : w.restoredFrom(restored), note]
                    .filter(Boolean)
                    .join(': ') || '—',
              },
              {
                id: 'do',
                title: '',
                cell: (one) => (
                  <span class="row end">
                    {one.number > 0 && (
                      <Button onClick={() => setShown(one)}>{w.seeChanges}</Button>
                    )}
                    {work.mayEdit && !one.isCurrent && (
                      <Button icon="undo" onClick={() => setWanted(one)}>
                        {w.goBack}
                      </Button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {shown && (
        <Dialog isWide title={w.changesOf(nameOf(shown))} onClose={() => setShown(undefined)}>
          <ClinicChanges id={id} from={shown.number - 1} to={shown.number} />
        </Dialog>
      )}
      {wanted && (
        <GoBack
          name={nameOf(wanted)}
          version={wanted.number}
          work={work}
          onClose={() => setWanted(undefined)}
        />
      )}
    </section>
  );
}

function GoBack({
  name,
  version,
  work,
  onClose,
}: {
  name: string;
  version: number;
  work: ClinicWork;
  onClose: () => void;
}) {
  const w = words();
  const [note, setNote] = useState('');
  const going = useAction(async () => {
    await work.goBack(version, note);
    notify('good', w.wentBack);
    onClose();
  }, tellTrouble);
  return (
    <Confirm
      title={w.goBackTitle(name)}
      action={w.goBack}
      look="main"
      isBusy={going.isRunning}
      onConfirm={() => void going.run()}
      onClose={onClose}
    >
      <p>{w.goBackWhat}</p>
      <Field label={w.note} hint={w.noteHint} maxLength={300} value={note} onValue={setNote} />
    </Confirm>
  );
}
