import { useState } from 'preact/hooks';
import type { AgendaLane } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { DateField, Field, Select } from '../../../ui/field.tsx';
import { dateText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { api } from '../../session.ts';
import { type DeskRefusal, deskRefusal } from './desk-refusal.ts';
import { dialogWords } from './dialog-words.ts';
import { reasonWord, words } from './words.ts';

const reasons = ['away', 'vacation', 'sick', 'meeting', 'maintenance', 'other'];

/** Somebody is away, or a room cannot be used. */
export function BlockDialog({
  clinic,
  lanes,
  date,
  onClose,
  onBlocked,
  onOpen,
}: {
  clinic: string;
  lanes: readonly AgendaLane[];
  date: string;
  onClose: () => void;
  onBlocked: () => void;
  onOpen: (id: string) => void;
}) {
  const w = dialogWords();
  const named = lanes.filter(({ kind }) => kind !== 'team');
  const [lane, setLane] = useState(named[0]?.id ?? '');
  const [reason, setReason] = useState('away');
  const [from, setFrom] = useState({ date, time: '08:00' });
  const [until, setUntil] = useState({ date, time: '18:00' });
  const [refusal, setRefusal] = useState<DeskRefusal>();
  const save = useAction(
    async () => {
      setRefusal(undefined);
      const kind = named.find(({ id }) => id === lane)?.kind ?? 'practitioner';
      await api('POST', '/agenda/blocks', { clinic, kind, lane, from, until, reason });
      notify('good', w.blockDone);
      onBlocked();
    },
    (error) => setRefusal(deskRefusal(error)),
  );
  return (
    <Dialog
      title={w.blockTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look="main" isBusy={save.isRunning} onClick={() => void save.run()}>
            {w.blockSave}
          </Button>
        </>
      }
    >
      {refusal && (
        <Callout tone="bad">
          <p>{refusal.text}</p>
          {refusal.appointments.length > 0 && (
            <ul class="agenda-lines">
              {refusal.appointments.map((one) => (
                <li key={one.id}>
                  <span class="grow">
                    {dateText(one.day)} {one.time} · {one.patient}
                  </span>
                  <Button onClick={() => onOpen(one.id)}>{w.open}</Button>
                </li>
              ))}
            </ul>
          )}
        </Callout>
      )}
      <p class="soft">{w.blockText}</p>
      <Select
        label={w.blockWho}
        value={lane}
        onValue={setLane}
        options={named.map(({ id, name }) => ({ value: id, text: name }))}
      />
      <div class="agenda-pair">
        <DateField
          label={w.blockFrom}
          value={from.date}
          onValue={(value) => setFrom({ ...from, date: value })}
        />
        <Field
          label={w.blockFromTime}
          type="time"
          value={from.time}
          onValue={(time) => setFrom({ ...from, time })}
        />
        <DateField
          label={w.blockUntil}
          value={until.date}
          min={from.date}
          onValue={(value) => setUntil({ ...until, date: value })}
        />
        <Field
          label={w.blockUntilTime}
          type="time"
          value={until.time}
          onValue={(time) => setUntil({ ...until, time })}
        />
      </div>
      <Select
        label={w.reason}
        value={reason}
        onValue={setReason}
        options={reasons.map((value) => ({ value, text: reasonWord(value, words()) }))}
      />
    </Dialog>
  );
}
