import type { ComponentChildren } from 'preact';
import type { DeadJobView, JobsView } from '../../../../console/conversation-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Callout, EmptyState, Loaded, Stat } from '../../../ui/feedback.tsx';
import { momentText, numberText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { type Column, Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useWatched } from '../../../ui/use-watched.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic } from '../../session.ts';
import { words } from './words.ts';

/** How often it is looked whether something failed, ms. */
const lookMs = 5_000;
/** As many as the server gives. */
const mostDead = 200;

/** What the queue gave up, and the way to have it tried again. */
export default function JobsScreen() {
  const w = words();
  const remote = useWatched<JobsView>(
    ({ signal, isUnattended }) => api('GET', '/jobs', undefined, { signal, isUnattended }),
    [],
    lookMs,
  );
  const retry = (id: string) => api('POST', `/jobs/${encodeURIComponent(id)}/retry`);
  const one = useAction(async (id: string) => {
    await retry(id);
    notify('good', w.asked);
    remote.reload();
  });
  // One after another: what failed may have failed because too much came at once.
  const all = useAction(async (dead: readonly DeadJobView[]) => {
    for (const { id } of dead) await retry(id);
    notify('good', w.askedAll(dead.length));
    remote.reload();
  });
  const isBusy = one.isRunning || all.isRunning;
  return (
    <>
      <ScreenHead title={w.title}>
        {remote.value && remote.value.dead.length > 1 && (
          <Button isBusy={isBusy} onClick={() => void all.run(remote.value?.dead ?? [])}>
            {w.allAgain(remote.value.dead.length)}
          </Button>
        )}
      </ScreenHead>
      <p class="soft">{w.about}</p>
      <Loaded remote={remote} lines={4}>
        {({ counts, dead }) => (
          <>
            <dl class="grid">
              <Stat label={w.waiting} value={numberText(counts.waiting)} />
              <Stat label={w.running} value={numberText(counts.running)} />
              <Stat label={w.dead} value={numberText(counts.dead)} />
            </dl>
            {dead.length === mostDead && <Callout>{w.most}</Callout>}
            <section class="panel flush">
              {dead.length === 0 ? (
                <EmptyState icon="check" title={w.none}>
                  <p>{w.noneHelp}</p>
                </EmptyState>
              ) : (
                <Table
                  caption={w.caption}
                  columns={columns((id) => (
                    <Button icon="undo" isBusy={isBusy} onClick={() => void one.run(id)}>
                      {w.again}
                    </Button>
                  ))}
                  rows={dead}
                  rowId={({ id }) => id}
                />
              )}
            </section>
          </>
        )}
      </Loaded>
    </>
  );
}

function columns(again: (id: string) => ComponentChildren): Column<DeadJobView>[] {
  const w = words();
  const zone = clinic.value?.timeZone;
  return [
    { id: 'kind', title: w.kind, cell: ({ kind }) => kindText(kind), sort: ({ kind }) => kind },
    {
      id: 'reason',
      title: w.reason,
      cell: ({ reason }) => <Reason code={reason} />,
      sort: ({ reason }) => reason,
    },
    {
      id: 'tries',
      title: w.tries,
      cell: ({ attempts }) => <span class="figures">{attempts}</span>,
      sort: ({ attempts }) => attempts,
    },
    {
      id: 'when',
      title: w.when,
      cell: ({ diedAt }) => <span class="figures">{momentText(diedAt, zone)}</span>,
      sort: ({ diedAt }) => diedAt,
    },
    { id: 'again', title: '', cell: ({ id }) => again(id), isEnd: true },
  ];
}

function kindText(kind: string): string {
  const w = words();
  const known: Record<string, string> = { incoming: w.incoming, turn: w.turn, send: w.send };
  return known[kind] ?? w.other(kind);
}

/** What staff can understand of a code; the code itself for whoever looks it up. */
function Reason({ code }: { code: string }) {
  const w = words();
  const known: Record<string, string> = {
    DEADLINE_EXCEEDED: w.slow,
    STORE_WRITE_FAILED: w.disk,
    QUEUE_UNUSABLE: w.queue,
    LEASE_LOST: w.lease,
    DATABASE_UNUSABLE: w.database,
    TEXT_MODEL_FAILED: w.model,
  };
  return (
    <span>
      {known[code]} <code class="soft small">{code}</code>
    </span>
  );
}
