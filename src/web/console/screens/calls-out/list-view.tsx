import { useState } from 'preact/hooks';
import type { CallListPerson, CallListView } from '../../../../console/calls-out-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Badge, Callout, Loaded, Progress, Stat } from '../../../ui/feedback.tsx';
import { dateText, momentText } from '../../../ui/formats.ts';
import { Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api, person } from '../../session.ts';
import { Listen } from './call-form.tsx';
import { BadLines } from './lists-view.tsx';
import { usePolled } from './use-polled.ts';
import { answerWord, becauseWord, dialWord, listWord, words } from './words.ts';

/** While it is calling, ms. */
const lookMs = 2_000;

/** One list: its bad lines first, then who was rung and what they said. */
export function ListView({ id, timeZone }: { id: string; timeZone: string }) {
  const w = words();
  const list = usePolled(
    (signal, isUnattended) =>
      api<CallListView>('GET', `/call-lists/${id}`, undefined, { signal, isUnattended }),
    [id],
    ({ state, rows }) => (state === 'running' || rows.dialled > 0 ? lookMs : undefined),
  );
  return (
    <>
      <a href={router.href('/calls-out/lists')}>{w.back}</a>
      <Loaded remote={list}>
        {(value) => (
          <>
            <ListHead list={value} onChanged={list.reload} />
            <Answers list={value} />
            <People list={value} timeZone={timeZone} />
          </>
        )}
      </Loaded>
    </>
  );
}

function ListHead({ list, onChanged }: { list: CallListView; onChanged: () => void }) {
  const w = words();
  const { id, state, rows, because } = list;
  const [isStopping, setStopping] = useState(false);
  const ask = useAction(async (wish: 'pause' | 'resume' | 'stop') => {
    await api('POST', `/call-lists/${id}/${wish}`);
    setStopping(false);
    onChanged();
  });
  const mayChange = person.value?.role !== 'auditor';
  const isOpen = state === 'ready' || state === 'running' || state === 'paused';
  const over = rows.ended + rows.skipped;
  return (
    <section class="panel stack">
      <div class="row spread">
        <div class="row">
          <h2>{list.name}</h2>
          <Badge tone={state === 'running' ? 'info' : state === 'done' ? 'good' : 'plain'}>
            {listWord(state, w)}
          </Badge>
        </div>
        {mayChange && isOpen && (
          <div class="row">
            <Button look="danger" onClick={() => setStopping(true)}>
              {w.stop}
            </Button>
            {state === 'running' ? (
              <Button icon="pause" isBusy={ask.isRunning} onClick={() => void ask.run('pause')}>
                {w.pause}
              </Button>
            ) : (
              <Button
                look="main"
                icon="play"
                isBusy={ask.isRunning}
                onClick={() => void ask.run('resume')}
              >
                {state === 'ready' ? w.start : w.resume}
              </Button>
            )}
          </div>
        )}
      </div>
      {because && <Callout tone="warn">{becauseWord(because, w)}</Callout>}
      {list.problemLines.length > 0 && (
        <Callout tone="warn">
          <p>{w.badLines(list.problemLines.length)}</p>
          <BadLines problems={list.problemLines} />
        </Callout>
      )}
      <div class="stack tight" aria-live="polite">
        <span class="small">{w.progressOf(over, rows.all)}</span>
        <Progress
          label={w.progressOf(over, rows.all)}
          part={rows.all === 0 ? 1 : over / rows.all}
        />
      </div>
      {isStopping && (
        <Confirm
          title={w.stopTitle}
          action={w.stop}
          isBusy={ask.isRunning}
          onConfirm={() => void ask.run('stop')}
          onClose={() => setStopping(false)}
        >
          <p>{w.stopText}</p>
        </Confirm>
      )}
    </section>
  );
}

function Answers({ list }: { list: CallListView }) {
  const w = words();
  const counts = [
    ...Object.entries(list.results).map(([name, count]) => [dialWord(name, w), count] as const),
    ...Object.entries(list.answers).map(([name, count]) => [answerWord(name, w), count] as const),
  ];
  if (counts.length === 0) return null;
  return (
    <dl class="grid calls-out-stats">
      {counts.map(([name, count]) => (
        <Stat key={name} label={name} value={count} />
      ))}
    </dl>
  );
}

function People({ list, timeZone }: { list: CallListView; timeZone: string }) {
  const w = words();
  return (
    <div class="panel flush">
      <Table
        caption={w.people}
        rows={list.people}
        rowId={({ line }) => String(line)}
        columns={[
          { id: 'line', title: w.lineColumn, cell: ({ line }) => line, sort: ({ line }) => line },
          {
            id: 'name',
            title: w.name,
            cell: ({ name }) => name ?? '—',
            sort: ({ name }) => name ?? '',
          },
          { id: 'to', title: w.to, cell: ({ to }) => <span class="figures">{to}</span> },
          {
            id: 'when',
            title: w.when,
            cell: ({ visit }) => (visit ? `${dateText(visit.day)} ${visit.time}` : '—'),
          },
          {
            id: 'result',
            title: w.result,
            cell: (one) => resultText(one, timeZone, w),
            sort: (one) => resultText(one, timeZone, w),
          },
          {
            id: 'answer',
            title: w.answer,
            cell: ({ answer, callId }) => (
              <>
                {answer ? answerWord(answer, w) : '—'} {callId && <Listen callId={callId} />}
              </>
            ),
          },
        ]}
      />
    </div>
  );
}

function resultText(
  { state, result, reason, dueAt }: CallListPerson,
  timeZone: string,
  w: ReturnType<typeof words>,
): string {
  if (state === 'skipped') return `${w.rowSkipped}: ${reason ?? ''}`;
  if (state === 'waiting') return dueAt ? w.waitsUntil(momentText(dueAt, timeZone)) : w.rowWaiting;
  if (result) return dialWord(result, w);
  return state === 'dialled' ? w.rowDialled : w.rowEnded;
}
