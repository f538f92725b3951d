import { useId, useState } from 'preact/hooks';
import type { NewClinicWish } from '../../../../console/clinic-list-view.ts';
import type { ClinicProblemView } from '../../../../console/clinic-view.ts';
import { problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { TextArea } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { problemsIn } from './clinic-problems.ts';
import { words } from './words.ts';

/** As long as the longest file the server takes. */
const longestBytes = 512 * 1024;

export function ClinicFile({ create }: { create: (wish: NewClinicWish) => Promise<void> }) {
  const w = words();
  const id = useId();
  const [text, setText] = useState('');
  const [problems, setProblems] = useState<readonly ClinicProblemView[]>([]);
  const creating = useAction(
    async () => {
      setProblems([]);
      await create({ text });
    },
    (error) => {
      const found = problemsIn(error);
      if (found) setProblems(found);
      else notify('bad', problemText(error));
    },
  );
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > longestBytes) notify('bad', w.tooLong);
    else setText(await file.text());
  };
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        void creating.run();
      }}
    >
      <div class="field">
        <label for={id}>{w.choose}</label>
        <input
          id={id}
          type="file"
          class="input"
          accept=".yaml,.yml"
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </div>
      <TextArea
        label={w.yaml}
        hint={w.yamlHint}
        rows={16}
        spellcheck={false}
        value={text}
        onValue={setText}
      />
      {problems.length > 0 && (
        <Callout tone="bad">
          <strong>{w.problems}</strong>
          <ul class="clinics-problems">
            {problems.map(({ line, text: reason }) => (
              <li key={`${line} ${reason}`}>
                {w.line(line)}
                {reason}
              </li>
            ))}
          </ul>
        </Callout>
      )}
      <div class="row">
        <Button type="submit" look="main" isBusy={creating.isRunning} disabled={text.trim() === ''}>
          {w.create}
        </Button>
      </div>
    </form>
  );
}
