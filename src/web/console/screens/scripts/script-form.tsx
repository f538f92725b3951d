import type { ScriptTextView } from '../../../../console/script-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, TextArea } from '../../../ui/field.tsx';
import { ScriptQuestions } from './script-questions.tsx';
import { linesOf, listOf } from './scripts-data.ts';
import { words } from './words.ts';

interface FormParts {
  text: ScriptTextView;
  onText: (text: ScriptTextView) => void;
  mayWrite: boolean;
  isBusy: boolean;
  onSave: () => void;
}

/** All that a script says. */
export function ScriptForm({ text, onText, mayWrite, isBusy, onSave }: FormParts) {
  const w = words();
  const put = (change: Partial<ScriptTextView>) => onText({ ...text, ...change });
  const onSubmit = (event: Event) => {
    event.preventDefault();
    onSave();
  };
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <fieldset class="stack" disabled={!mayWrite}>
        <section class="panel stack">
          <div class="grid">
            <Field
              label={w.name}
              maxLength={80}
              value={text.name}
              onValue={(name) => put({ name })}
            />
            <Field
              label={w.desk}
              hint={w.deskHint}
              maxLength={41}
              value={text.desk}
              onValue={(desk) => put({ desk })}
            />
          </div>
          <TextArea
            label={w.when}
            rows={2}
            maxLength={500}
            value={text.when}
            onValue={(when) => put({ when })}
          />
          <TextArea
            label={w.examples}
            hint={w.perLine}
            rows={8}
            value={linesOf(text.examples)}
            onValue={(lines) => put({ examples: listOf(lines) })}
          />
        </section>
        <ScriptQuestions
          questions={text.questions}
          onQuestions={(questions) => put({ questions })}
        />
        <section class="panel stack">
          <TextArea
            label={w.guidance}
            hint={w.perLine}
            rows={4}
            value={linesOf(text.guidance)}
            onValue={(lines) => put({ guidance: listOf(lines) })}
          />
          <TextArea
            label={w.tools}
            hint={w.toolsHint}
            rows={3}
            value={linesOf(text.tools)}
            onValue={(lines) => put({ tools: listOf(lines) })}
          />
          <TextArea
            label={w.finalMessage}
            rows={3}
            maxLength={1_000}
            value={text.finalMessage}
            onValue={(finalMessage) => put({ finalMessage })}
          />
        </section>
      </fieldset>
      {mayWrite && (
        <div class="row">
          <Button look="main" type="submit" isBusy={isBusy}>
            {w.save}
          </Button>
        </div>
      )}
    </form>
  );
}
