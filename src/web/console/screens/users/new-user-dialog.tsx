import { useState } from 'preact/hooks';
import type { NewPasswordView, NewUserWish, UserView } from '../../../../console/user-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { api } from '../../session.ts';
import { clinicsOf, draftTrouble, type UserDraft, UserFields } from './user-fields.tsx';
import { words } from './words.ts';

export function NewUserDialog({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (user: UserView, password: string) => void;
}) {
  const w = words();
  const [login, setLogin] = useState('');
  const [draft, setDraft] = useState<UserDraft>({
    name: '',
    role: 'staff',
    isEverywhere: false,
    clinics: [],
  });
  const [wasAsked, setAsked] = useState(false);
  const making = useAction(async () => {
    const wish: NewUserWish = {
      login,
      name: draft.name,
      role: draft.role,
      clinics: clinicsOf(draft),
    };
    const { user, password } = await api<NewPasswordView>('POST', '/users', wish);
    onMade(user, password);
  });
  const isWhole = login.trim() !== '' && Object.keys(draftTrouble(draft)).length === 0;
  const make = () => {
    setAsked(true);
    if (isWhole) void making.run();
  };
  return (
    <Dialog
      title={w.add}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look="main" isBusy={making.isRunning} onClick={make}>
            {w.create}
          </Button>
        </>
      }
    >
      <Field
        label={w.login}
        hint={w.loginHint}
        value={login}
        maxLength={120}
        autoCapitalize="none"
        autoComplete="off"
        spellcheck={false}
        onValue={setLogin}
        error={wasAsked && login.trim() === '' ? w.fillLogin : undefined}
      />
      <UserFields draft={draft} onDraft={setDraft} wasAsked={wasAsked} />
    </Dialog>
  );
}
