import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { introduce } from './chat-state.ts';
import { words } from './words.ts';

export function NameForm() {
  const w = words();
  const [name, setName] = useState('');
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (name.trim() === '') return setError(w.nameMissing);
    setError('');
    setBusy(true);
    await introduce(name.trim());
    setBusy(false);
  };
  return (
    <form class="chat-name stack" onSubmit={(event) => void onSubmit(event)} noValidate>
      <p>{w.isMachine}</p>
      <Field
        label={w.nameLabel}
        value={name}
        onValue={setName}
        error={error}
        autoComplete="name"
        maxLength={120}
      />
      <div class="row">
        <Button type="submit" look="main" isBusy={isBusy}>
          {w.begin}
        </Button>
      </div>
      <p class="small soft">{w.noSecrets}</p>
    </form>
  );
}
