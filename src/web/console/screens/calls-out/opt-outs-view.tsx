import { useState } from 'preact/hooks';
import type { OptOutView } from '../../../../console/calls-out-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { Field, TextArea } from '../../../ui/field.tsx';
import { momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { Table } from '../../../ui/table.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api, person } from '../../session.ts';
import { deskRefusal } from '../agenda/desk-refusal.ts';
import { words } from './words.ts';

/** Who is left alone, on every channel. */
export function OptOutsView({ timeZone }: { timeZone: string }) {
  const w = words();
  const [number, setNumber] = useState('');
  const [asked, setAsked] = useState('');
  const [reason, setReason] = useState('');
  const [removing, setRemoving] = useState<string>();
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const list = useRemote(
    async (signal) => {
      const path = `/opt-outs?number=${encodeURIComponent(asked)}`;
      try {
        return await api<{ optOuts: OptOutView[] | undefined }>('GET', path, undefined, { signal });
      } catch (error) {
        // Who sees only some of the clinics may look a number up.
        if (asked === '' && (error as { status?: number }).status === 403)
          return { optOuts: undefined };
        throw error;
      }
    },
    [asked],
  );
  const role = person.value?.role;
  const add = useAction(
    async () => {
      setWrong(reason.trim() === '' ? { reason: w.giveReason } : {});
      if (reason.trim() === '') return;
      const { changed } = await api<{ changed: boolean }>('POST', '/opt-outs', { number, reason });
      notify('good', changed ? w.added : w.unchanged);
      setNumber('');
      setReason('');
      setAsked('');
      list.reload();
    },
    (error) => {
      const { fields, text } = deskRefusal(error);
      setWrong(Object.keys(fields).length > 0 ? fields : { number: text });
    },
  );
  return (
    <>
      <p class="soft">{w.optOutsText}</p>
      <form
        class="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          void add.run();
        }}
      >
        <div class="calls-out-form">
          <Field
            label={w.number}
            type="tel"
            value={number}
            error={wrong.number}
            onValue={setNumber}
          />
          {role !== 'auditor' && (
            <Field
              label={w.addReason}
              value={reason}
              error={wrong.reason}
              maxLength={200}
              onValue={setReason}
            />
          )}
        </div>
        <div class="row end">
          <Button onClick={() => setAsked(number)}>{w.lookUp}</Button>
          {role !== 'auditor' && (
            <Button type="submit" look="main" isBusy={add.isRunning}>
              {w.add}
            </Button>
          )}
        </div>
      </form>
      <div class="panel flush">
        <Loaded remote={list}>
          {({ optOuts }) =>
            optOuts === undefined ? null : optOuts.length === 0 ? (
              <EmptyState icon="phone" title={asked === '' ? w.optOutsNone : w.notListed} />
            ) : (
              <Table
                caption={w.optOutsTab}
                rows={optOuts}
                rowId={(one) => one.number}
                columns={[
                  {
                    id: 'number',
                    title: w.to,
                    cell: (one) => <span class="figures">{one.number}</span>,
                  },
                  { id: 'since', title: w.since, cell: (one) => momentText(one.since, timeZone) },
                  { id: 'where', title: w.where, cell: (one) => channelWord(one.channel, w) },
                  ...(role === 'admin'
                    ? [
                        {
                          id: 'remove',
                          title: w.remove,
                          cell: (one: OptOutView) => (
                            <Button onClick={() => setRemoving(one.number)}>{w.remove}</Button>
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
      {removing && (
        <Remove
          number={removing}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => {
            setRemoving(undefined);
            list.reload();
          }}
        />
      )}
    </>
  );
}

function Remove({
  number,
  onClose,
  onRemoved,
}: {
  number: string;
  onClose: () => void;
  onRemoved: () => void;
}) {
  const w = words();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const remove = useAction(async () => {
    if (reason.trim() === '') return setError(w.giveReason);
    await api('POST', '/opt-outs/remove', { number, reason });
    notify('good', w.removed);
    onRemoved();
  });
  return (
    <Dialog
      title={w.removeTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look="danger" isBusy={remove.isRunning} onClick={() => void remove.run()}>
            {w.remove}
          </Button>
        </>
      }
    >
      <Callout tone="warn">{w.removeText(number)}</Callout>
      <TextArea
        label={w.addReason}
        rows={2}
        maxLength={200}
        value={reason}
        error={error}
        onValue={setReason}
      />
    </Dialog>
  );
}

function channelWord(channel: string, w: ReturnType<typeof words>): string {
  if (channel === 'voice') return w.voice;
  return channel === 'staff'
    ? w.staff
    : channel === 'whatsapp'
      ? 'WhatsApp'
      : channel.toUpperCase();
}
