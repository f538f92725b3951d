import { useState } from 'preact/hooks';
import type { BookableList, SlotView, WaitingView } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { Checkbox, Field, Select } from '../../../ui/field.tsx';
import { dateText, momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { Table } from '../../../ui/table.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import { api, person } from '../../session.ts';
import { BookDialog, optionsOf } from '../agenda/book-dialog.tsx';
import { deskRefusal } from '../agenda/desk-refusal.ts';
import { words } from './words.ts';

/** Who waits for a place, with the next one they could have. */
export function WaitingList({ clinic, timeZone }: { clinic: string; timeZone: string }) {
  const w = words();
  const [isAdding, setAdding] = useState(false);
  const [booking, setBooking] = useState<WaitingView>();
  const remote = useRemote(
    (signal) =>
      api<{ waiting: WaitingView[] }>('GET', `/waiting?clinic=${clinic}`, undefined, { signal }),
    [clinic],
  );
  const mayChange = person.value?.role !== 'auditor';
  const finish = useAction(async (id: string) => {
    await api('POST', `/requests/${id}`, { change: 'done' });
    notify('good', w.saved);
    remote.reload();
  });
  return (
    <>
      {mayChange && (
        <div class="row end">
          <Button icon="plus" onClick={() => setAdding(true)}>
            {w.add}
          </Button>
        </div>
      )}
      <div class="panel flush">
        <Loaded remote={remote}>
          {({ waiting }) =>
            waiting.length === 0 ? (
              <EmptyState icon="clock" title={w.noneWaiting}>
                <p>{w.noneWaitingText}</p>
              </EmptyState>
            ) : (
              <Table
                caption={w.waiting}
                rows={waiting}
                rowId={({ id }) => id}
                columns={[
                  { id: 'who', title: w.who, cell: (one) => <Who one={one} /> },
                  {
                    id: 'service',
                    title: w.service,
                    cell: ({ service, practitioner, when }) =>
                      [service, practitioner, when].filter(Boolean).join(' · '),
                  },
                  {
                    id: 'since',
                    title: w.since,
                    cell: ({ since }) => momentText(since, timeZone),
                    sort: ({ since }) => since,
                  },
                  {
                    id: 'next',
                    title: w.next,
                    cell: ({ nextFree }) =>
                      nextFree ? `${dateText(nextFree.date)} ${nextFree.time}` : w.noNext,
                  },
                  ...(mayChange
                    ? [
                        {
                          id: 'do',
                          title: w.offerTitle,
                          cell: (one: WaitingView) => (
                            <div class="row">
                              <CallLink one={one} />
                              <Button onClick={() => setBooking(one)}>{w.book}</Button>
                              <Button
                                isBusy={finish.isRunning}
                                onClick={() => void finish.run(one.id)}
                              >
                                {w.finish}
                              </Button>
                            </div>
                          ),
                        },
                      ]
                    : []),
                ]}
              />
            )
          }
        </Loaded>
      </div>
      {isAdding && (
        <AddDialog
          clinic={clinic}
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            remote.reload();
          }}
        />
      )}
      {booking && (
        <BookDialog
          clinic={clinic}
          start={startOf(booking, timeZone)}
          onClose={() => setBooking(undefined)}
          onBooked={() => {
            setBooking(undefined);
            remote.reload();
          }}
        />
      )}
    </>
  );
}

function Who({ one: { name, phone } }: { one: WaitingView }) {
  return (
    <>
      <b>{name}</b> <span class="figures soft">{phone ?? ''}</span>
    </>
  );
}

/** The form of calls, filled in with what is to be offered. */
function CallLink({ one: { phone, nextFree } }: { one: WaitingView }) {
  const w = words();
  if (!phone) return null;
  const query = new URLSearchParams({ to: phone });
  if (nextFree) query.set('message', offerText(nextFree));
  return (
    <a class="button plain" href={router.href(`/calls-out?${query}`)}>
      {w.call}
    </a>
  );
}

/** Said on the telephone, so in Portuguese whatever the page speaks. What it is for stays unsaid: nobody knows who answers. */
function offerText({ date, time }: SlotView): string {
  const day = new Intl.DateTimeFormat('pt-BR', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(new Date(date));
  return `Abriu uma vaga na clínica: ${day}, às ${time}. Perguntar se a pessoa quer.`;
}

function startOf({ id, name, phone, nextFree }: WaitingView, timeZone: string) {
  return {
    lane: '',
    date: nextFree?.date ?? new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date()),
    startMs: nextFree?.startMs ?? 0,
    bookable: nextFree?.bookable,
    name,
    phone: phone ?? '',
    waiting: id,
  };
}

function AddDialog({
  clinic,
  onClose,
  onAdded,
}: {
  clinic: string;
  onClose: () => void;
  onAdded: () => void;
}) {
  const w = words();
  const list = useRemote(
    (signal) =>
      api<BookableList>('GET', `/agenda/bookables?clinic=${clinic}`, undefined, { signal }),
    [clinic],
  );
  const [bookable, setBookable] = useState('');
  const [anybody, setAnybody] = useState(false);
  const [name, setName] = useState('');
  const [phone, setPhone] = useState('');
  const [when, setWhen] = useState('');
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const chosen = bookable || list.value?.bookables[0]?.id || '';
  const save = useAction(
    async () => {
      setWrong(name.trim().length < 2 ? { name: w.giveName } : {});
      if (name.trim().length < 2) return;
      await api('POST', '/waiting', { clinic, bookable: chosen, anybody, name, phone, when });
      notify('good', w.added);
      onAdded();
    },
    (error) => {
      const { fields, text } = deskRefusal(error);
      setWrong(Object.keys(fields).length > 0 ? fields : { all: text });
    },
  );
  return (
    <Dialog
      title={w.add}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look="main" isBusy={save.isRunning} onClick={() => void save.run()}>
            {w.add}
          </Button>
        </>
      }
    >
      {wrong.all && <Callout tone="bad">{wrong.all}</Callout>}
      <Loaded remote={list} lines={1}>
        {({ bookables }) => (
          <Select
            label={w.service}
            value={chosen}
            error={wrong.bookable}
            onValue={setBookable}
            options={optionsOf(bookables)}
          />
        )}
      </Loaded>
      <Checkbox label={w.anybody} checked={anybody} onChecked={setAnybody} />
      <Field label={w.name} value={name} error={wrong.name} onValue={setName} />
      <Field label={w.phone} type="tel" value={phone} error={wrong.phone} onValue={setPhone} />
      <Field label={w.when} hint={w.whenHint} value={when} maxLength={200} onValue={setWhen} />
    </Dialog>
  );
}
