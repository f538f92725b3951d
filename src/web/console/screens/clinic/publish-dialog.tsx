import { useState } from 'preact/hooks';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { ClinicChanges } from './clinic-changes.tsx';
import { type ClinicWork, tellTrouble } from './clinic-data.ts';
import { words } from './words.ts';

/** Shows what will change before it does. */
export function PublishDialog({ work, onClose }: { work: ClinicWork; onClose: () => void }) {
  const w = words();
  const [note, setNote] = useState('');
  const publishing = useAction(async () => {
    await work.publish(note);
    notify('good', w.published);
    onClose();
  }, tellTrouble);
  return (
    <Dialog
      isWide
      title={w.publishTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look="main" isBusy={publishing.isRunning} onClick={() => void publishing.run()}>
            {w.publishNow}
          </Button>
        </>
      }
    >
      <p>{w.publishWhat}</p>
      <Field label={w.note} hint={w.noteHint} maxLength={300} value={note} onValue={setNote} />
      <ClinicChanges id={work.view.id} from={work.view.version} to="draft" />
    </Dialog>
  );
}
