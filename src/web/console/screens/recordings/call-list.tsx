import { useEffect, useState } from 'preact/hooks';
import type { CallItemView, CallListView } from '../../../../console/recordings-view.ts';
import { Badge, Callout, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { durationText, momentText } from '../../../ui/formats.ts';
import { type Column, Pages, Table } from '../../../ui/table.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic } from '../../session.ts';
import { callQuery, filterAddress, filtersIn, isNarrowed } from './call-filters.ts';
import { callWords, outcomeTone, phoneText, whoText } from './call-words.ts';
import { FilterBar } from './filter-bar.tsx';
import { words } from './words.ts';

const pageSize = 50;

export function CallList({ query }: { query: URLSearchParams }) {
  const w = words();
  const here = clinic.value;
  const filters = filtersIn(query);
  const address = filterAddress(filters);
  // The cursor at which each page begins; the first page needs none.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  // Another question begins at its first page.
  useEffect(() => setCursors([]), [address, here?.id]);
  const asked = callQuery(filters, here?.id ?? '', cursors.at(-1));
  const calls = useRemote(
    (signal) => api<CallListView>('GET', `/calls?${asked}`, undefined, { signal }),
    [asked],
  );
  const turnTo = (page: number) => {
    const next = calls.value?.nextBefore;
    if (page <= cursors.length) setCursors(cursors.slice(0, page - 1));
    else if (next) setCursors([...cursors, next]);
  };
  return (
    <>
      <ScreenHead title={w.title} />
      <FilterBar filters={filters} />
      <section class="panel flush">
        <Loaded remote={calls} lines={8}>
          {(found) => (
            <>
              {found.unread > 0 && filters.text && <Callout>{w.unread(found.unread)}</Callout>}
              <p class="unseen" role="status">
                {w.found(found.total)}
              </p>
              {found.calls.length === 0 ? (
                <Nothing isNarrowed={isNarrowed(filters)} />
              ) : (
                <Table
                  caption={w.caption}
                  columns={columns(here?.timeZone)}
                  rows={found.calls}
                  rowId={({ id }) => id}
                  href={({ id }) =>
                    router.href(
                      `/recordings/${id}${address && `?list=${encodeURIComponent(address.slice(1))}`}`,
                    )
                  }
                />
              )}
              <Pages
                page={cursors.length + 1}
                pageSize={pageSize}
                count={found.total}
                onPage={turnTo}
              />
            </>
          )}
        </Loaded>
      </section>
    </>
  );
}

function Nothing({ isNarrowed: narrowed }: { isNarrowed: boolean }) {
  const w = words();
  return (
    <EmptyState icon={narrowed ? 'search' : 'recording'} title={narrowed ? w.nothingFound : w.none}>
      <p>{narrowed ? w.nothingHelp : w.noneHelp}</p>
    </EmptyState>
  );
}

function columns(timeZone: string | undefined): Column<CallItemView>[] {
  const w = words();
  return [
    {
      id: 'when',
      title: w.when,
      cell: (call) => <span class="figures">{momentText(call.startedAt, timeZone)}</span>,
    },
    { id: 'who', title: w.who, cell: (call) => whoText(call, w.unknownNumber) },
    {
      id: 'number',
      title: w.number,
      cell: (call) => (
        <span class="figures recordings-number">{phoneText(call.number, w.unknownNumber)}</span>
      ),
    },
    {
      id: 'direction',
      title: w.direction,
      cell: ({ direction }) => (direction === 'inbound' ? w.inbound : w.outbound),
    },
    { id: 'outcome', title: w.outcome, cell: outcomeCell },
    { id: 'marks', title: w.marks, cell: (call) => <Marks call={call} /> },
    {
      id: 'length',
      title: w.length,
      cell: (call) => durationText(call.durationMs),
      isEnd: true,
    },
  ];
}

function outcomeCell({ outcome, state }: CallItemView) {
  if (state === 'live') return <Badge tone="info">{words().live}</Badge>;
  if (!outcome) return '—';
  return <Badge tone={outcomeTone(outcome)}>{callWords()[outcome]}</Badge>;
}

function Marks({ call }: { call: CallItemView }) {
  const w = words();
  const isOver = call.state !== 'live';
  return (
    <span class="row recordings-marks">
      {call.emergencies > 0 && (
        <Badge tone="bad" icon="warning">
          {w.danger}
        </Badge>
      )}
      {call.brokenPromises > 0 && <Badge tone="warn">{w.broken}</Badge>}
      {call.state === 'interrupted' && <Badge tone="warn">{w.processDied}</Badge>}
      {isOver && !call.isRecorded && <Badge>{w.silent}</Badge>}
    </span>
  );
}
