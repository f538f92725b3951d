import { useState } from 'preact/hooks';
import { ApiProblem, problemText } from '../ui/api.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/feedback.tsx';
import { Field } from '../ui/field.tsx';
import { notify } from '../ui/notices.tsx';
import { useAction } from '../ui/use-action.ts';
import { changePassword } from './session.ts';
import { words } from './words.ts';

/** The server's rule too; said here before it is asked. */
const leastCharacters = 12;

/** @param isForced nothing else is possible before: it is a page of its own */
export function PasswordForm({
  isForced = false,
  onDone,
}: {
  isForced?: boolean;
  onDone?: () => void;
}) {
  const w = words();
  if (!isForced) return <Fields onDone={onDone} />;
  return (
    <div class="door-page">
      <main class="door panel stack">
        <h1>{w.changeTitle}</h1>
        <Callout tone="info">{w.changeWhy}</Callout>
        <Fields onDone={onDone} />
      </main>
    </div>
  );
}

function Fields({ onDone }: { onDone: (() => void) | undefined }) {
  const w = words();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [wasAsked, setAsked] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const saving = useAction(changePassword, setTrouble);
  const isShort = [...next].length < leastCharacters;
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    setAsked(true);
    setTrouble(undefined);
    if (current === '' || isShort || next !== again) return;
    if (!(await saving.run({ current, next }))) return;
    notify('good', words().saved);
    onDone?.();
  };
  const isWrong = trouble instanceof ApiProblem && trouble.code === 'wrong-password';
  return (
    <form class="stack" onSubmit={(event) => void onSubmit(event)} noValidate>
      {trouble !== undefined && (
        <Callout tone="bad">{isWrong ? w.wrongCurrent : problemText(trouble)}</Callout>
      )}
      <Field
        label={w.current}
        type="password"
        autoComplete="current-password"
        value={current}
        onValue={setCurrent}
        error={wasAsked && current === '' ? w.fillPassword : undefined}
      />
      <Field
        label={w.next}
        hint={w.nextHint}
        type="password"
        autoComplete="new-password"
        value={next}
        onValue={setNext}
        error={wasAsked && isShort ? w.tooShort : undefined}
      />
      <Field
        label={w.repeat}
        type="password"
        autoComplete="new-password"
        value={again}
        onValue={setAgain}
        error={wasAsked && next !== again ? w.different : undefined}
      />
      <Button look="main" type="submit" isBusy={saving.isRunning}>
        {w.save}
      </Button>
    </form>
  );
}
