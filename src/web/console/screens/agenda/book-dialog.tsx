import { useRef, useState } from 'preact/hooks';
import type {
  AppointmentView,
  BookableList,
  BookableView,
} from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { DateField, Field, Select, TextArea } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { type DeskRefusal, deskRefusal, formKey } from './desk-refusal.ts';
import { dialogWords, paymentWord } from './dialog-words.ts';
import { RefusalNote } from './refusal-note.tsx';
import { SlotPicker, type SlotWish } from './slot-picker.tsx';

/** What is known before the form is filled in. */
export interface BookStart {
  /** A practitioner's, the team's, or a room's column; `''`: anything. */
  lane: string;
  date: string;
  startMs: number;
  bookable?: string | undefined;
  name?: string | undefined;
  phone?: string | undefined;
  /** The request of the waiting list that this fulfils. */
  waiting?: string | undefined;
}

const blank = {
  name: '',
  birthDate: '',
  rg: '',
  cpf: '',
  address: '',
  phone: '',
  email: '',
  notes: '',
};
type Patient = typeof blank;

/** An appointment by hand. */
export function BookDialog({
  clinic,
  start,
  onClose,
  onBooked,
}: {
  clinic: string;
  start: BookStart;
  onClose: () => void;
  onBooked: (appointment: AppointmentView) => void;
}) {
  const w = dialogWords();
  const list = useRemote(
    (signal) =>
      api<BookableList>('GET', `/agenda/bookables?clinic=${clinic}`, undefined, { signal }),
    [clinic],
  );
  const { value } = list;
  if (!value)
    return (
      <Dialog title={w.bookTitle} onClose={onClose}>
        <Loaded remote={list}>{() => null}</Loaded>
      </Dialog>
    );
  return <BookForm {...{ clinic, start, list: value, onClose, onBooked }} />;
}

function BookForm({
  clinic,
  start,
  list,
  onClose,
  onBooked,
}: {
  clinic: string;
  start: BookStart;
  list: BookableList;
  onClose: () => void;
  onBooked: (appointment: AppointmentView) => void;
}) {
  const w = dialogWords();
  const inLane = bookablesIn(list.bookables, start.lane);
  const [wish, setWish] = useState<SlotWish>({
    bookable: start.bookable ?? (start.lane === '' ? '' : (inLane[0]?.id ?? '')),
    date: start.date,
    startMs: start.startMs,
  });
  const [patient, setPatient] = useState<Patient>({
    ...blank,
    name: start.name ?? '',
    phone: start.phone ?? '',
  });
  const [payment, setPayment] = useState('');
  const [price, setPrice] = useState('');
  const [refusal, setRefusal] = useState<DeskRefusal>();
  const key = useRef(formKey());
  const chosen = list.bookables.find(({ id }) => id === wish.bookable);
  const save = useAction(
    async () => {
      setRefusal(undefined);
      const priceCentavos = centavosOf(price);
      const booked = await api<AppointmentView>('POST', '/appointments', {
        clinic,
        key: key.current,
        slots: [{ bookable: wish.bookable, startMs: wish.startMs }],
        patient,
        payment: payment === '' ? null : { method: payment },
        ...(priceCentavos === undefined ? {} : { priceCentavos }),
        ...(start.waiting ? { waiting: start.waiting } : {}),
      });
      notify('good', w.saved(booked.protocol));
      onBooked(booked);
    },
    (error) => {
      // Whatever comes next is another wish.
      key.current = formKey();
      setRefusal(deskRefusal(error));
    },
  );
  const wrong = refusal?.fields ?? {};
  const field = (name: keyof Patient) => ({
    value: patient[name],
    error: wrong[name],
    onValue: (value: string) => setPatient((old) => ({ ...old, [name]: value })),
  });
  const asked = list.patientData;
  const needed = (name: keyof typeof asked) =>
    asked[name] === 'required' ? { required: true } : { hint: w.optional };
  return (
    <Dialog
      title={w.bookTitle}
      isWide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button
            look="main"
            isBusy={save.isRunning}
            disabled={wish.startMs === 0 || !wish.bookable}
            onClick={() => void save.run()}
          >
            {w.save}
          </Button>
        </>
      }
    >
      {start.waiting && start.name && <Callout>{w.waitingFor(start.name)}</Callout>}
      {refusal && (
        <RefusalNote
          refusal={refusal}
          onChoose={({ bookable, date, startMs }) => {
            setRefusal(undefined);
            setWish({ bookable, date, startMs });
          }}
        />
      )}
      <Select
        label={w.service}
        value={wish.bookable}
        onValue={(bookable) => setWish({ ...wish, bookable })}
        options={[
          ...(wish.bookable ? [] : [{ value: '', text: w.chooseService }]),
          ...optionsOf(inLane.length > 0 ? inLane : list.bookables),
        ]}
      />
      {wish.bookable && <SlotPicker clinic={clinic} wish={wish} onWish={setWish} />}
      <fieldset class="stack agenda-person">
        <legend>
          <h3>{w.patient}</h3>
        </legend>
        <Field label={w.name} autoComplete="off" required {...field('name')} />
        <div class="agenda-pair">
          {asked.birthDate !== 'off' && (
            <DateField label={w.birthDate} {...needed('birthDate')} {...field('birthDate')} />
          )}
          <Field label={w.phone} type="tel" hint={w.optional} {...field('phone')} />
          {asked.rg !== 'off' && <Field label={w.rg} {...needed('rg')} {...field('rg')} />}
          {asked.cpf !== 'off' && (
            <Field label={w.cpf} inputMode="numeric" {...needed('cpf')} {...field('cpf')} />
          )}
        </div>
        {asked.address !== 'off' && (
          <Field
            label={w.address}
            autoComplete="off"
            {...needed('address')}
            {...field('address')}
          />
        )}
        <Field label={w.email} type="email" hint={w.optional} {...field('email')} />
        <TextArea label={w.notes} hint={w.notesHint} rows={2} {...field('notes')} />
      </fieldset>
      <div class="agenda-pair">
        <Select
          label={w.payment}
          value={payment}
          onValue={setPayment}
          error={wrong.payment}
          options={[
            { value: '', text: w.notSaid },
            ...list.payments.map((value) => ({ value, text: paymentWord(value, w) })),
          ]}
        />
        <Field
          label={w.price}
          hint={w.priceHint}
          inputMode="decimal"
          placeholder={reaisOf(chosen?.priceCentavos ?? null)}
          value={price}
          onValue={setPrice}
        />
      </div>
    </Dialog>
  );
}

/** What can be booked in a column. */
export function bookablesIn(bookables: readonly BookableView[], lane: string): BookableView[] {
  const open = bookables.filter(({ awaitsAnnouncement }) => !awaitsAnnouncement);
  if (lane === '') return open;
  if (lane === 'team') return open.filter(({ practitionerId }) => practitionerId === null);
  const mine = open.filter(({ practitionerId }) => practitionerId === lane);
  return mine.length > 0 ? mine : open.filter(({ rooms }) => rooms.includes(lane));
}

export function optionsOf(bookables: readonly BookableView[]) {
  return bookables.map(({ id, service, practitioner }) => ({
    value: id,
    text: practitioner ? `${service} — ${practitioner}` : service,
  }));
}

function reaisOf(centavos: number | null): string {
  return centavos === null ? '' : (centavos / 100).toFixed(2).replace('.', ',');
}

/** `250`, `250,00`, `1.250,50`; nothing when it says no price. */
export function centavosOf(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/\.(?=\d{3}(\D|$))/g, '')
    .replace(',', '.');
  if (!/^\d+(\.\d{1,2})?$/.test(plain)) return undefined;
  return Math.round(Number(plain) * 100);
}
