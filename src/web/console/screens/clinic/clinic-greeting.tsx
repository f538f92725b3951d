import { useState } from 'preact/hooks';
import type { ClinicForm } from '../../../../console/clinic-view.ts';
import { Button } from '../../../ui/button.tsx';
import { TextArea } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { type ClinicWork, tellTrouble } from './clinic-data.ts';
import { words } from './words.ts';

export function ClinicGreeting({ form, work }: { form: ClinicForm; work: ClinicWork }) {
  const w = words();
  const [value, setValue] = useState(form.greeting);
  const saving = useAction(async () => {
    await work.edit({ field: 'greeting', value });
    notify('info', w.saved);
  }, tellTrouble);
  return (
    <section class="panel stack">
      <TextArea
        label={w.greetingLabel}
        hint={w.greetingHint}
        rows={4}
        maxLength={400}
        readOnly={!work.mayEdit}
        value={value}
        onValue={setValue}
      />
      {work.mayEdit && (
        <div class="row">
          <Button
            look="main"
            isBusy={saving.isRunning}
            disabled={value.trim() === '' || value === form.greeting}
            onClick={() => void saving.run()}
          >
            {w.saveDraft}
          </Button>
        </div>
      )}
    </section>
  );
}
