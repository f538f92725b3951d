import { useRef, useState } from 'preact/hooks';
import { Button } from '../../../ui/button.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { type ClinicWork, tellTrouble } from './clinic-data.ts';
import { words } from './words.ts';

/** The whole file; each problem leads to its line. */
export function ClinicText({ work }: { work: ClinicWork }) {
  const w = words();
  const { draft, text } = work.view;
  const [value, setValue] = useState(draft?.text ?? text);
  const area = useRef<HTMLTextAreaElement>(null);
  const saving = useAction(async () => {
    await work.saveText(value);
    notify('info', w.saved);
  }, tellTrouble);
  const problems = draft?.problems ?? [];
  return (
    <div class="clinic-text">
      <section class="panel stack">
        <div class="field">
          <label for="clinic-yaml">{w.textLabel}</label>
          <p class="hint" id="clinic-yaml-hint">
            {w.textHint}
          </p>
          <textarea
            ref={area}
            id="clinic-yaml"
            class="input clinic-yaml"
            aria-describedby="clinic-yaml-hint"
            spellcheck={false}
            wrap="off"
            readOnly={!work.mayEdit}
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </div>
        {work.mayEdit && (
          <div class="row">
            <Button
              look="main"
              isBusy={saving.isRunning}
              disabled={value === (draft?.text ?? text)}
              onClick={() => void saving.run()}
            >
              {w.saveDraft}
            </Button>
          </div>
        )}
      </section>
      <section class="panel stack" aria-live="polite">
        <h2>{w.problems}</h2>
        {problems.length === 0 && <Callout tone="good">{w.noProblems}</Callout>}
        <ul class="clinic-problems">
          {problems.map(({ line, text: reason }) => (
            <li key={`${line} ${reason}`}>
              <Button look="quiet" onClick={() => goToLine(area.current, line)}>
                {w.line(line)}
              </Button>
              <span>{reason}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function goToLine(area: HTMLTextAreaElement | null, line: number): void {
  if (!area) return;
  const lines = area.value.split('\n');
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (area.scrollHeight / lines.length) * (line - 6));
}
