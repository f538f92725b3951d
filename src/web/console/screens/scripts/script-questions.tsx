import { useState } from 'preact/hooks';
import type { ScriptQuestionView } from '../../../../console/script-view.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Checkbox, Field, Select, TextArea } from '../../../ui/field.tsx';
import { freshQuestion, optionLines, optionsIn } from './scripts-data.ts';
import { words } from './words.ts';

interface QuestionsParts {
  questions: readonly ScriptQuestionView[];
  onQuestions: (questions: ScriptQuestionView[]) => void;
}

/** What is asked, in order. */
export function ScriptQuestions({ questions, onQuestions }: QuestionsParts) {
  const w = words();
  const move = (from: number, to: number) => {
    const question = questions[from];
    if (question) onQuestions(questions.toSpliced(from, 1).toSpliced(to, 0, question));
  };
  const add = () => onQuestions([...questions, freshQuestion(questions.map(({ id }) => id))]);
  return (
    <section class="panel stack">
      <h2>{w.questions}</h2>
      {questions.length === 0 && <p class="soft">{w.noQuestions}</p>}
      {questions.map((question, i) => (
        <fieldset key={question.id} class="scripts-question stack tight">
          <div class="row spread">
            <legend class="scripts-legend">{w.question(i + 1)}</legend>
            <span class="row">
              <IconButton
                icon="up"
                label={w.up(i + 1)}
                disabled={i === 0}
                onClick={() => move(i, i - 1)}
              />
              <IconButton
                icon="down"
                label={w.down(i + 1)}
                disabled={i === questions.length - 1}
                onClick={() => move(i, i + 1)}
              />
              <IconButton
                icon="trash"
                label={w.remove(i + 1)}
                onClick={() => onQuestions(questions.toSpliced(i, 1))}
              />
            </span>
          </div>
          <Question
            question={question}
            onQuestion={(next) => onQuestions(questions.with(i, next))}
          />
        </fieldset>
      ))}
      <div class="row">
        <Button icon="plus" onClick={add}>
          {w.addQuestion}
        </Button>
      </div>
    </section>
  );
}

function Question({
  question,
  onQuestion,
}: {
  question: ScriptQuestionView;
  onQuestion: (question: ScriptQuestionView) => void;
}) {
  const w = words();
  // What is typed is kept as typed; what it means goes up.
  const [lines, setLines] = useState(optionLines(question.options));
  const put = (change: Partial<ScriptQuestionView>) => onQuestion({ ...question, ...change });
  return (
    <>
      <Field label={w.ask} maxLength={300} value={question.ask} onValue={(ask) => put({ ask })} />
      <div class="grid">
        <Field
          label={w.label}
          maxLength={80}
          value={question.label}
          onValue={(label) => put({ label })}
        />
        <Select
          label={w.type}
          value={question.type}
          onValue={(type) => put({ type })}
          options={w.types.split('|').map((pair) => {
            const [value = '', text = ''] = pair.split('=');
            return { value, text };
          })}
        />
      </div>
      {question.type === 'choice' && (
        <TextArea
          label={w.options}
          hint={w.optionsHint}
          rows={4}
          value={lines}
          onValue={(typed) => {
            setLines(typed);
            put({ options: optionsIn(typed) });
          }}
        />
      )}
      {question.type === 'yes-no' && (
        <Field
          label={w.ifNo}
          maxLength={300}
          value={question.ifNo ?? ''}
          onValue={(ifNo) => put({ ifNo })}
        />
      )}
      <Checkbox
        label={w.required}
        checked={question.required}
        onChecked={(required) => put({ required })}
      />
    </>
  );
}
