import { useRef, useState } from 'preact/hooks';
import type { DialOutView } from '../../../../console/calls-out-view.ts';
import { problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Callout, EmptyState, Loaded, Progress } from '../../../ui/feedback.tsx';
import { Field, Select, TextArea } from '../../../ui/field.tsx';
import { momentText } from '../../../ui/formats.ts';
import { Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api, person } from '../../session.ts';
import { formKey } from '../agenda/desk-refusal.ts';
import { DialState } from './dial-state.tsx';
import { usePolled } from './use-polled.ts';
import { words } from './words.ts';

/** While a call of ours goes on, ms; and while one on the list does. */
const followMs = 1_000;
const listMs = 5_000;

/** One call: asked for, followed, and those before it. */
export function CallForm({
  clinic,
  timeZone,
  start,
}: {
  clinic: string;
  timeZone: string;
  start: { to: string; message: string };
}) {
  const [asked, setAsked] = useState<string>();
  const [turn, setTurn] = useState(0);
  return (
    <>
      {person.value?.role !== 'auditor' && (
        <NewCall
          clinic={clinic}
          start={start}
          onAsked={(id) => {
            setAsked(id);
            setTurn((old) => old + 1);
          }}
        />
      )}
      {asked && <Followed key={asked} id={asked} onOver={() => setTurn((old) => old + 1)} />}
      <Recent clinic={clinic} timeZone={timeZone} turn={turn} />
    </>
  );
}

function NewCall({
  clinic,
  start,
  onAsked,
}: {
  clinic: string;
  start: { to: string; message: string };
  onAsked: (id: string) => void;
}) {
  const w = words();
  const [to, setTo] = useState(start.to);
  const [message, setMessage] = useState(start.message);
  const [voicemail, setVoicemail] = useState('');
  const [retries, setRetries] = useState('0');
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const key = useRef(formKey());
  const place = useAction(
    async () => {
      setTried(true);
      setRefusal(undefined);
      if (to.trim() === '' || message.trim() === '') return;
      const wish = { clinic, key: key.current, to, message, voicemail, retries: Number(retries) };
      const { id } = await api<{ id: string }>('POST', '/calls-out', wish);
      key.current = formKey();
      setTried(false);
      setTo('');
      onAsked(id);
    },
    (error) => {
      key.current = formKey();
      setRefusal(problemText(error));
    },
  );
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        void place.run();
      }}
    >
      {refusal && <Callout tone="bad">{refusal}</Callout>}
      <div class="calls-out-form">
        <div class="stack">
          <Field
            label={w.number}
            type="tel"
            autoComplete="off"
            value={to}
            onValue={setTo}
            error={isTried && to.trim() === '' ? w.giveNumber : undefined}
          />
          <Select
            label={w.retries}
            value={retries}
            onValue={setRetries}
            options={[
              { value: '0', text: w.retriesNone },
              { value: '1', text: w.retriesOnce },
              { value: '2', text: w.retriesTwice },
            ]}
          />
        </div>
        <TextArea
          label={w.message}
          hint={w.messageHint}
          maxLength={500}
          value={message}
          onValue={setMessage}
          error={isTried && message.trim() === '' ? w.giveMessage : undefined}
        />
        <TextArea
          label={w.voicemail}
          hint={w.voicemailHint}
          maxLength={400}
          value={voicemail}
          onValue={setVoicemail}
        />
      </div>
      <div class="row end">
        <Button type="submit" look="main" icon="phone" isBusy={place.isRunning}>
          {w.call}
        </Button>
      </div>
    </form>
  );
}

/** The call just asked for, second by second. */
function Followed({ id, onOver }: { id: string; onOver: () => void }) {
  const w = words();
  const wasOver = useRef(false);
  const dial = usePolled(
    async (signal, isUnattended) => {
      const options = { signal, isUnattended };
      const view = await api<DialOutView>('GET', `/calls-out/${id}`, undefined, options);
      if (view.isOver && !wasOver.current) {
        wasOver.current = true;
        onOver();
      }
      return view;
    },
    [id],
    (view) => (view.isOver && (view.callId || view.status !== 'completed') ? undefined : followMs),
  );
  return (
    <section class="panel stack" aria-live="polite" aria-label={w.progress}>
      <Loaded remote={dial} lines={1}>
        {(view) => (
          <>
            <div class="row">
              <strong class="figures">{view.to}</strong>
              <DialState dial={view} />
              {view.callId && <Listen callId={view.callId} />}
            </div>
            {!view.isOver && <Progress label={w.progress} />}
          </>
        )}
      </Loaded>
    </section>
  );
}

export function Listen({ callId }: { callId: string }) {
  return <a href={router.href(`/recordings/${callId}`)}>{words().listen}</a>;
}

function Recent({ clinic, timeZone, turn }: { clinic: string; timeZone: string; turn: number }) {
  const w = words();
  const dials = usePolled(
    (signal, isUnattended) =>
      api<{ dials: DialOutView[] }>('GET', `/calls-out?clinic=${clinic}`, undefined, {
        signal,
        isUnattended,
      }),
    [clinic, turn],
    (value) => (value.dials.some(({ isOver }) => !isOver) ? listMs : undefined),
  );
  return (
    <section class="stack" aria-label={w.recent}>
      <h2>{w.recent}</h2>
      <div class="panel flush">
        <Loaded remote={dials}>
          {({ dials: all }) =>
            all.length === 0 ? (
              <EmptyState icon="phone" title={w.none}>
                <p>{w.noneText}</p>
              </EmptyState>
            ) : (
              <Table
                caption={w.recent}
                rows={all}
                rowId={({ id }) => id}
                columns={[
                  { id: 'when', title: w.when, cell: (one) => momentText(one.createdAt, timeZone) },
                  { id: 'to', title: w.to, cell: (one) => <span class="figures">{one.to}</span> },
                  { id: 'state', title: w.state, cell: (one) => <DialState dial={one} /> },
                  {
                    id: 'purpose',
                    title: w.purpose,
                    cell: (one) => one.purpose ?? (one.listId ? w.fromList : '—'),
                  },
                  {
                    id: 'listen',
                    title: w.listen,
                    cell: (one) => (one.callId ? <Listen callId={one.callId} /> : '—'),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </div>
    </section>
  );
}
