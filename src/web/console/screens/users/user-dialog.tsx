import { useState } from 'preact/hooks';
import type { NewPasswordView, UserChangeWish, UserView } from '../../../../console/user-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm, Dialog } from '../../../ui/dialog.tsx';
import { notify } from '../../../ui/notices.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api } from '../../session.ts';
import { clinicsOf, draftTrouble, type UserDraft, UserFields } from './user-fields.tsx';
import { words } from './words.ts';

interface UserDialogParts {
  user: UserView;
  /** An auditor only looks. */
  mayChange: boolean;
  onClose: () => void;
  onChanged: () => void;
  onPassword: (user: UserView, password: string) => void;
}

export function UserDialog({ user, mayChange, onClose, onChanged, onPassword }: UserDialogParts) {
  const w = words();
  const [draft, setDraft] = useState<UserDraft>({
    name: user.name,
    role: user.role,
    isEverywhere: user.clinics === 'all',
    clinics: user.clinics === 'all' ? [] : user.clinics,
  });
  const [wasAsked, setAsked] = useState(false);
  const [question, setQuestion] = useState<'reset' | 'disable'>();
  const path = `/users/${user.id}`;
  const changing = useAction(async (wish: UserChangeWish) => {
    await api('PATCH', path, wish);
    notify('good', w.saved);
    onChanged();
    onClose();
  });
  const resetting = useAction(async () => {
    const made = await api<NewPasswordView>('POST', `${path}/password`);
    onPassword(made.user, made.password);
  });
  const save = () => {
    setAsked(true);
    if (Object.keys(draftTrouble(draft)).length > 0) return;
    void changing.run({ name: draft.name, role: draft.role, clinics: clinicsOf(draft) });
  };
  const forget = () => setQuestion(undefined);

  if (question === 'reset')
    return (
      <Confirm
        title={w.resetQuestion(user.name)}
        action={w.reset}
        isBusy={resetting.isRunning}
        onConfirm={() => void resetting.run()}
        onClose={forget}
      >
        <p>{w.resetText}</p>
      </Confirm>
    );
  if (question === 'disable')
    return (
      <Confirm
        title={w.disableQuestion(user.name)}
        action={w.disable}
        isBusy={changing.isRunning}
        onConfirm={() => void changing.run({ isDisabled: true })}
        onClose={forget}
      >
        <p>{w.disableText}</p>
      </Confirm>
    );
  return (
    <Dialog
      title={`${user.name} (${user.login})`}
      onClose={onClose}
      actions={
        mayChange && (
          <>
            <Button onClick={onClose}>{uiWords().cancel}</Button>
            <Button look="main" isBusy={changing.isRunning} onClick={save}>
              {w.save}
            </Button>
          </>
        )
      }
    >
      <a href={router.href(`/audit?user=${user.id}`)}>{w.trail}</a>
      <fieldset class="users-choices stack" disabled={!mayChange}>
        <UserFields draft={draft} onDraft={setDraft} wasAsked={wasAsked} />
      </fieldset>
      {mayChange && (
        <div class="row">
          <Button icon="lock" onClick={() => setQuestion('reset')}>
            {w.reset}
          </Button>
          {user.isDisabled ? (
            <Button
              isBusy={changing.isRunning}
              onClick={() => void changing.run({ isDisabled: false })}
            >
              {w.enable}
            </Button>
          ) : (
            <Button look="danger" onClick={() => setQuestion('disable')}>
              {w.disable}
            </Button>
          )}
        </div>
      )}
    </Dialog>
  );
}
