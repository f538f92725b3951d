import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, problemText } from '../ui/api.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/feedback.tsx';
import { Checkbox, Field } from '../ui/field.tsx';
import { Icon } from '../ui/icons.tsx';
import { useAction } from '../ui/use-action.ts';
import { Choices } from './layout.tsx';
import { signIn } from './session.ts';
import { words } from './words.ts';

/** The address stays: whoever signs in is where they wanted to be. */
export function SignIn({ why }: { why: 'first' | 'expired' | 'left' }) {
  const w = words();
  const form = useRef<HTMLFormElement>(null);
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [isShown, setShown] = useState(false);
  const [missing, setMissing] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const entering = useAction(signIn, (error) => {
    setTrouble(error);
    setPassword('');
    form.current?.querySelector<HTMLInputElement>('[autocomplete="current-password"]')?.focus();
  });
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    setTrouble(undefined);
    const isFilled = login.trim() !== '' && password !== '';
    setMissing(!isFilled);
    if (isFilled) void entering.run({ login: login.trim(), password });
  };
  return (
    <div class="door-page">
      <header class="row end">
        <Choices />
      </header>
      <main class="door panel stack">
        <p class="brand">
          <Icon name="phone" />
          <span>{w.product}</span>
        </p>
        <h1>{w.signInTitle}</h1>
        {why === 'expired' && trouble === undefined && <Callout tone="info">{w.expired}</Callout>}
        {why === 'left' && trouble === undefined && <Callout tone="good">{w.goodbye}</Callout>}
        {trouble !== undefined && <Callout tone="bad">{refusalText(trouble)}</Callout>}
        <form ref={form} class="stack" onSubmit={onSubmit} noValidate>
          <Field
            label={w.login}
            value={login}
            onValue={setLogin}
            autoComplete="username"
            autoCapitalize="none"
            spellcheck={false}
            required
            error={missing && login.trim() === '' ? w.fillLogin : undefined}
          />
          <Field
            label={w.passwordLabel}
            type={isShown ? 'text' : 'password'}
            value={password}
            onValue={setPassword}
            autoComplete="current-password"
            required
            error={missing && password === '' ? w.fillPassword : undefined}
          />
          <Checkbox label={w.showPassword} checked={isShown} onChecked={setShown} />
          <Button look="main" type="submit" isBusy={entering.isRunning}>
            {w.signIn}
          </Button>
        </form>
      </main>
    </div>
  );
}

function refusalText(error: unknown): string {
  const w = words();
  if (!(error instanceof ApiProblem)) return problemText(error);
  if (error.status === 429) return w.locked(waitText(error.retryAfterS));
  return error.code === 'sign-in-failed' ? w.wrong : error.message;
}

function waitText(seconds: number | undefined): string {
  const w = words();
  if (seconds === undefined) return w.aWhile;
  return seconds < 60 ? w.seconds(seconds) : w.minutes(Math.ceil(seconds / 60));
}
