import { useState } from 'preact/hooks';
import type { AgendaLane, CalendarFeedView } from '../../../../console/agenda-view.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { dialogWords } from './dialog-words.ts';

/** Addresses for calendar programs: made, told once, closed. */
export function CalendarsDialog({
  clinic,
  lanes,
  mayChange,
  onClose,
}: {
  clinic: string;
  lanes: readonly AgendaLane[];
  mayChange: boolean;
  onClose: () => void;
}) {
  const w = dialogWords();
  const feeds = useRemote(
    (signal) =>
      api<{ feeds: CalendarFeedView[] }>('GET', `/calendar-feeds?clinic=${clinic}`, undefined, {
        signal,
      }),
    [clinic],
  );
  const close = useAction(async (id: string) => {
    await api('DELETE', `/calendar-feeds/${id}`);
    notify('good', w.feedClosed);
    feeds.reload();
  });
  return (
    <Dialog title={w.feedsTitle} onClose={onClose}>
      <p class="soft">{w.feedsText}</p>
      <Loaded remote={feeds} lines={2}>
        {({ feeds: all }) =>
          all.length === 0 ? (
            <p class="soft">{w.feedsNone}</p>
          ) : (
            <ul class="agenda-lines">
              {all.map((feed) => (
                <li key={feed.id}>
                  <span class="grow">
                    {feed.label}
                    <span class="soft small">
                      {' '}
                      · {feed.practitioner ?? w.feedAll} ·{' '}
                      {feed.details === 'busy' ? w.feedBusy : w.feedInitials} ·{' '}
                      {feed.lastReadAt ? w.lastRead(momentText(feed.lastReadAt)) : w.neverRead}
                    </span>
                  </span>
                  {mayChange && (
                    <IconButton
                      icon="trash"
                      label={`${w.feedClose}: ${feed.label}`}
                      onClick={() => void close.run(feed.id)}
                    />
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayChange && <NewFeed clinic={clinic} lanes={lanes} onMade={feeds.reload} />}
    </Dialog>
  );
}

function NewFeed({
  clinic,
  lanes,
  onMade,
}: {
  clinic: string;
  lanes: readonly AgendaLane[];
  onMade: () => void;
}) {
  const w = dialogWords();
  const [label, setLabel] = useState('');
  const [practitioner, setPractitioner] = useState('');
  const [details, setDetails] = useState('initials');
  const [error, setError] = useState<string>();
  const [url, setUrl] = useState<string>();
  const make = useAction(async () => {
    if (label.trim() === '') return setError(w.giveLabel);
    setError(undefined);
    const wish = { clinic, label, details, practitioner: practitioner || null };
    setUrl((await api<{ url: string }>('POST', '/calendar-feeds', wish)).url);
    setLabel('');
    onMade();
  });
  const people = lanes.filter(({ kind }) => kind === 'practitioner');
  return (
    <>
      {url && (
        <Callout tone="good">
          <p>{w.feedOnce}</p>
          <Field label={w.feedAddress} value={url} readOnly onValue={() => {}} />
          <Button
            onClick={() =>
              void navigator.clipboard.writeText(url).then(() => notify('good', w.copied))
            }
          >
            {w.copy}
          </Button>
        </Callout>
      )}
      <Field
        label={w.feedLabel}
        hint={w.feedLabelHint}
        value={label}
        error={error}
        maxLength={100}
        onValue={setLabel}
      />
      <div class="agenda-pair">
        <Select
          label={w.feedWho}
          value={practitioner}
          onValue={setPractitioner}
          options={[
            { value: '', text: w.feedAll },
            ...people.map(({ id, name }) => ({ value: id, text: name })),
          ]}
        />
        <Select
          label={w.feedDetails}
          value={details}
          onValue={setDetails}
          options={[
            { value: 'initials', text: w.feedInitials },
            { value: 'busy', text: w.feedBusy },
          ]}
        />
      </div>
      <div class="row end">
        <Button isBusy={make.isRunning} icon="plus" onClick={() => void make.run()}>
          {w.feedOpen}
        </Button>
      </div>
    </>
  );
}
