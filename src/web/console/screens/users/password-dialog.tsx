import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { notify } from '../../../ui/notices.tsx';
import { words } from './words.ts';

/** A password that is shown once. */
export function PasswordDialog({
  name,
  password,
  onClose,
}: {
  name: string;
  password: string;
  onClose: () => void;
}) {
  const w = words();
  const copy = () =>
    navigator.clipboard.writeText(password).then(
      () => notify('good', w.copied),
      // It can be marked and copied by hand: a browser may forbid it.
      () => undefined,
    );
  return (
    <Dialog
      title={w.passwordTitle(name)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => void copy()}>{w.copy}</Button>
          <Button look="main" onClick={onClose}>
            {w.done}
          </Button>
        </>
      }
    >
      <Callout tone="warn">{w.passwordText}</Callout>
      <p class="users-password">{password}</p>
    </Dialog>
  );
}
