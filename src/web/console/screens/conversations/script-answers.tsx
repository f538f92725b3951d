import { useState } from 'preact/hooks';
import type { ChatScriptView, ScriptQuestionView } from '../../../../messaging/chat-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/feedback.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { api } from '../../session.ts';
import { scriptWords } from './script-words.ts';

/** What the script asks, what was answered so far, and the correction of one answer. */
export function ScriptAnswers({
  view: { questions, steps },
  path,
  mayAct,
  onChanged,
}: {
  view: ChatScriptView;
  path: string;
  mayAct: boolean;
  onChanged: (view: ChatScriptView) => void;
}) {
  const w = scriptWords();
  const [edited, setEdited] = useState<string>();
  if (questions.length === 0) return null;
  const close = () => setEdited(undefined);
  return (
    <div class="stack tight">
      <h4>{w.questions}</h4>
      <ol class="conversations-questions">
        {questions.map((question) => {
          const step = steps.find(({ id }) => id === question.id);
          const answer = step?.answer;
          return (
            <li key={question.id} class="stack tight">
              <div class="row spread">
                <span>
                  <strong>{question.label}</strong>
                  {!question.required && <span class="soft small"> ({w.optional})</span>}
                  <br />
                  {answer ? (
                    <span class="conversations-text">{answer}</span>
                  ) : (
                    <span class="soft">{w.noAnswer}</span>
                  )}
                </span>
                {mayAct && edited !== question.id && (
                  <Button
                    icon="edit"
                    aria-label={
                      answer ? w.correctNamed(question.label) : w.fillNamed(question.label)
                    }
                    onClick={() => setEdited(question.id)}
                  >
                    {answer ? w.correct : w.fill}
                  </Button>
                )}
              </div>
              {step && !step.isChecked && (
                <div>
                  <Badge tone="warn">{w.unchecked}</Badge>
                </div>
              )}
              {edited === question.id && (
                <AnswerForm
                  question={question}
                  before={answer ?? ''}
                  onClose={close}
                  save={async (text) => {
                    const url = `${path}/answers/${encodeURIComponent(question.id)}`;
                    onChanged(await api<ChatScriptView>('PUT', url, { answer: text }));
                    notify('good', w.saved);
                    close();
                  }}
                />
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function AnswerForm({
  question,
  before,
  save,
  onClose,
}: {
  question: ScriptQuestionView;
  before: string;
  save: (text: string) => Promise<void>;
  onClose: () => void;
}) {
  const w = scriptWords();
  const [text, setText] = useState(before);
  const [wrong, setWrong] = useState<string>();
  const saving = useAction(
    async () => {
      setWrong(undefined);
      await save(text.trim());
    },
    (error) => {
      const isUnfit = error instanceof ApiProblem && error.status === 400;
      if (isUnfit) setWrong(problemText(error));
      else notify('bad', problemText(error));
    },
  );
  const choices =
    question.type === 'choice'
      ? question.options
      : question.type === 'yes-no'
        ? // What the reader of answers reads, in the language of scripts.
          ['Sim', 'Não']
        : [];
  const shared = { label: w.answer, hint: question.ask, error: wrong, value: text };
  return (
    <form
      class="stack tight conversations-answer"
      onSubmit={(event) => {
        event.preventDefault();
        void saving.run();
      }}
    >
      {choices.length > 0 ? (
        <Select
          {...shared}
          onValue={setText}
          options={[...new Set([before, ...choices])].map((value) => ({
            value,
            text: value === 'Sim' ? w.yes : value === 'Não' ? w.no : value,
          }))}
        />
      ) : (
        <Field {...shared} onValue={setText} maxLength={500} autoComplete="off" autoFocus />
      )}
      <div class="row">
        <Button onClick={onClose}>{w.cancel}</Button>
        <Button type="submit" look="main" isBusy={saving.isRunning} disabled={text.trim() === ''}>
          {w.save}
        </Button>
      </div>
    </form>
  );
}
