import { useRef, useState } from 'preact/hooks';
import type { AppointmentView, BookableList } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { Select } from '../../../ui/field.tsx';
import { dayText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { bookablesIn } from './book-dialog.tsx';
import { type DeskRefusal, deskRefusal, formKey } from './desk-refusal.ts';
import { dialogWords } from './dialog-words.ts';
import { RefusalNote } from './refusal-note.tsx';
import { SlotPicker, type SlotWish } from './slot-picker.tsx';

/** Which service of which visit, and where it was let go, if it was dragged. */
export interface MoveStart {
  id: string;
  item: number;
  to?: { lane: string; date: string; startMs: number } | undefined;
}

/** Another time for a visit: by dragging it is filled in already, by the keyboard it is chosen here. */
export function MoveDialog({
  clinic,
  start,
  onClose,
  onMoved,
}: {
  clinic: string;
  start: MoveStart;
  onClose: () => void;
  onMoved: (appointment: AppointmentView) => void;
}) {
  const w = dialogWords();
  const both = useRemote(
    async (signal) => {
      const [appointment, list] = await Promise.all([
        api<AppointmentView>('GET', `/appointments/${start.id}`, undefined, { signal }),
        api<BookableList>('GET', `/agenda/bookables?clinic=${clinic}`, undefined, { signal }),
      ]);
      return { appointment, list };
    },
    [clinic, start.id],
  );
  const { value } = both;
  if (!value)
    return (
      <Dialog title={w.moveTitle} onClose={onClose}>
        <Loaded remote={both}>{() => null}</Loaded>
      </Dialog>
    );
  return <MoveForm {...{ clinic, start, ...value, onClose, onMoved }} />;
}

function MoveForm({
  clinic,
  start,
  appointment,
  list,
  onClose,
  onMoved,
}: {
  clinic: string;
  start: MoveStart;
  appointment: AppointmentView;
  list: BookableList;
  onClose: () => void;
  onMoved: (appointment: AppointmentView) => void;
}) {
  const w = dialogWords();
  const { items, patient } = appointment;
  const now = items[start.item] ?? items[0];
  const service = now?.bookable.split('@')[0] ?? '';
  const same = list.bookables.filter(({ serviceId }) => serviceId === service);
  const inLane = start.to && bookablesIn(same, start.to.lane)[0];
  const [wish, setWish] = useState<SlotWish>({
    bookable: inLane?.id ?? now?.bookable ?? '',
    date: start.to?.date ?? now?.date ?? '',
    startMs: start.to?.startMs ?? now?.startMs ?? 0,
  });
  const [refusal, setRefusal] = useState<DeskRefusal>();
  const key = useRef(formKey());
  const isSame = wish.startMs === now?.startMs && wish.bookable === now.bookable;
  const move = useAction(
    async () => {
      setRefusal(undefined);
      const slots = items.map(({ bookable, startMs }, i) =>
        items[i] === now
          ? { bookable: wish.bookable, startMs: wish.startMs }
          : { bookable, startMs },
      );
      const path = `/appointments/${appointment.id}/move`;
      const moved = await api<AppointmentView>('POST', path, { key: key.current, slots });
      notify('good', w.moved);
      onMoved(moved);
    },
    (error) => {
      key.current = formKey();
      setRefusal(deskRefusal(error));
    },
  );
  return (
    <Dialog
      title={w.moveTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button
            look="main"
            isBusy={move.isRunning}
            disabled={wish.startMs === 0 || isSame}
            onClick={() => void move.run()}
          >
            {w.move}
          </Button>
        </>
      }
    >
      {refusal && (
        <RefusalNote
          refusal={refusal}
          onChoose={({ bookable, date, startMs }) => {
            setRefusal(undefined);
            setWish({ bookable, date, startMs });
          }}
        />
      )}
      <p>{w.moveText(patient.name)}</p>
      {now && (
        <p class="soft">
          {w.from}: {now.service}
          {now.practitioner && `, ${now.practitioner}`}, {dayText(now.date)}, {now.time}
        </p>
      )}
      {items.length > 1 && <Callout>{w.several(items.length)}</Callout>}
      {same.length > 1 && (
        <Select
          label={w.who}
          value={wish.bookable}
          onValue={(bookable) => setWish({ ...wish, bookable })}
          options={same.map(({ id, practitioner, service: name }) => ({
            value: id,
            text: practitioner ?? name,
          }))}
        />
      )}
      <SlotPicker clinic={clinic} wish={wish} onWish={setWish} instead={appointment.id} />
      {isSame && <p class="soft small">{w.sameTime}</p>}
    </Dialog>
  );
}
