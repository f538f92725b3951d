import { useState } from 'preact/hooks';
import type { CallListLine, CallListView } from '../../../../console/calls-out-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, Callout, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { DateField, Field, Select } from '../../../ui/field.tsx';
import { momentText } from '../../../ui/formats.ts';
import { Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api, person } from '../../session.ts';
import { addDays, dayAt } from '../agenda/agenda-days.ts';
import { sendFile } from './send-file.ts';
import { usePolled } from './use-polled.ts';
import { listWord, words } from './words.ts';

/** While a list is calling, ms. */
const lookMs = 3_000;

/** All lists of a clinic, and a new one: from the agenda, or from a file. */
export function ListsView({ clinic, timeZone }: { clinic: string; timeZone: string }) {
  const w = words();
  const lists = usePolled(
    (signal, isUnattended) =>
      api<{ lists: CallListLine[] }>('GET', `/call-lists?clinic=${clinic}`, undefined, {
        signal,
        isUnattended,
      }),
    [clinic],
    (value) => (value.lists.some(({ state }) => state === 'running') ? lookMs : undefined),
  );
  return (
    <>
      {person.value?.role !== 'auditor' && <NewList clinic={clinic} timeZone={timeZone} />}
      <section class="stack" aria-label={w.lists}>
        <h2>{w.lists}</h2>
        <div class="panel flush">
          <Loaded remote={lists}>
            {({ lists: all }) =>
              all.length === 0 ? (
                <EmptyState icon="people" title={w.noLists}>
                  <p>{w.noListsText}</p>
                </EmptyState>
              ) : (
                <Table
                  caption={w.lists}
                  rows={all}
                  rowId={({ id }) => id}
                  href={({ id }) => router.href(`/calls-out/lists/${id}`)}
                  columns={[
                    { id: 'name', title: w.name, cell: ({ name }) => name },
                    {
                      id: 'state',
                      title: w.state,
                      cell: ({ state }) => <Badge>{listWord(state, w)}</Badge>,
                    },
                    {
                      id: 'people',
                      title: w.people,
                      cell: ({ rows }) => w.progressOf(rows.ended + rows.skipped, rows.all),
                    },
                    {
                      id: 'made',
                      title: w.made,
                      cell: ({ createdAt }) => momentText(createdAt, timeZone),
                    },
                  ]}
                />
              )
            }
          </Loaded>
        </div>
      </section>
    </>
  );
}

interface Refusal {
  text: string;
  problems: { line: number; reason: string }[];
}

function NewList({ clinic, timeZone }: { clinic: string; timeZone: string }) {
  const w = words();
  const [day, setDay] = useState(() => addDays(dayAt(Date.now(), timeZone), 1));
  const [kind, setKind] = useState('confirm');
  const [name, setName] = useState('');
  const [perMinute, setPerMinute] = useState('6');
  const [refusal, setRefusal] = useState<Refusal>();
  const wish = { clinic, kind, name, perMinute: Number(perMinute) || 6 };
  const create = useAction(
    async (file?: File) => {
      setRefusal(undefined);
      const made = file
        ? await sendFile<CallListView>(file, wish)
        : await api<CallListView>('POST', '/call-lists', { ...wish, day });
      router.go(`/calls-out/lists/${made.id}`);
    },
    (error) => setRefusal(refusalOf(error)),
  );
  return (
    <section class="panel stack">
      <h2>{w.newList}</h2>
      <p class="soft">{w.newListText}</p>
      {refusal && (
        <Callout tone="bad">
          <p>{refusal.text}</p>
          <BadLines problems={refusal.problems} />
        </Callout>
      )}
      <div class="calls-out-form">
        <Select
          label={w.kind}
          value={kind}
          onValue={setKind}
          options={[
            { value: 'confirm', text: w.kindConfirm },
            { value: 'remind', text: w.kindRemind },
            { value: 'custom', text: w.kindCustom },
          ]}
        />
        <Field
          label={w.listName}
          hint={w.listNameHint}
          maxLength={120}
          value={name}
          onValue={setName}
        />
        <Field
          label={w.perMinute}
          type="number"
          min={1}
          max={60}
          value={perMinute}
          onValue={setPerMinute}
        />
      </div>
      <div class="calls-out-form">
        <div class="stack tight">
          <DateField label={w.fromAgenda} value={day} onValue={setDay} />
          <Button isBusy={create.isRunning} icon="calendar" onClick={() => void create.run()}>
            {w.fromAgendaButton}
          </Button>
        </div>
        <div class="stack tight field">
          <label for="calls-out-file">{w.fromFile}</label>
          <input
            id="calls-out-file"
            type="file"
            class="input"
            accept=".csv,.txt,text/csv"
            aria-describedby="calls-out-file-hint"
            disabled={create.isRunning}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              event.currentTarget.value = '';
              if (file) void create.run(file);
            }}
          />
          <p class="hint" id="calls-out-file-hint">
            {w.fileHint}
          </p>
        </div>
      </div>
    </section>
  );
}

function refusalOf(error: unknown): Refusal {
  const body = error instanceof ApiProblem ? error.body : undefined;
  const told = (body as { error?: { problems?: Refusal['problems'] } } | undefined)?.error;
  return { text: problemText(error), problems: told?.problems ?? [] };
}

/** Lines shown; the file itself has the rest. */
const mostLines = 50;

export function BadLines({ problems }: { problems: Refusal['problems'] }) {
  const w = words();
  if (problems.length === 0) return null;
  return (
    <ul class="calls-out-lines">
      {problems.slice(0, mostLines).map(({ line, reason }) => (
        <li key={line}>
          <b>{w.line(line)}</b>: {reason}
        </li>
      ))}
      {problems.length > mostLines && <li>… +{problems.length - mostLines}</li>}
    </ul>
  );
}
