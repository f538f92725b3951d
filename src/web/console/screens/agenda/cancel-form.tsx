import { useState } from 'preact/hooks';
import type { AppointmentView } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { TextArea } from '../../../ui/field.tsx';
import { dayText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api } from '../../session.ts';
import { dialogWords } from './dialog-words.ts';

interface Waiter {
  id: string;
  name: string;
  phone: string | null;
  when: string | null;
}

/** Asks for the reason; afterwards says who waits for just this. */
export function CancelForm({
  appointment,
  onClose,
  onCancelled,
  onDone,
}: {
  appointment: AppointmentView;
  onClose: () => void;
  onCancelled: () => void;
  onDone: () => void;
}) {
  const w = dialogWords();
  const [note, setNote] = useState('');
  const [error, setError] = useState<string>();
  const [waiting, setWaiting] = useState<Waiter[]>();
  const cancel = useAction(async () => {
    if (note.trim() === '') return setError(w.giveReason);
    const path = `/appointments/${appointment.id}/cancel`;
    const answer = await api<{ waiting: Waiter[] }>('POST', path, { note });
    notify('good', w.cancelled);
    onCancelled();
    if (answer.waiting.length === 0) onDone();
    else setWaiting(answer.waiting);
  });
  if (waiting)
    return (
      <Dialog title={w.waitingTitle} onClose={onDone}>
        <p>{w.waitingText}</p>
        <ul class="agenda-lines">
          {waiting.map(({ id, name, phone, when }) => (
            <li key={id}>
              <span class="grow">
                {name}
                {when && <span class="soft small"> · {when}</span>}
              </span>
              {phone && (
                <a
                  class="button plain"
                  href={router.href(
                    `/calls-out?${new URLSearchParams({ to: phone, waiting: id })}`,
                  )}
                >
                  {w.call}
                </a>
              )}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  const when = `${dayText(appointment.day)}, ${appointment.time}`;
  return (
    <Dialog
      title={w.cancelTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().close}</Button>
          <Button look="danger" isBusy={cancel.isRunning} onClick={() => void cancel.run()}>
            {w.cancel}
          </Button>
        </>
      }
    >
      <Callout tone="warn">{w.cancelText(appointment.patient.name, when)}</Callout>
      <TextArea
        label={w.reason}
        hint={w.reasonHint}
        rows={2}
        maxLength={300}
        value={note}
        error={error}
        onValue={setNote}
      />
    </Dialog>
  );
}
