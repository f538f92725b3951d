import type { DayNumbers } from '../../../../console/numbers-view.ts';
import { dateText, moneyText, numberText } from '../../../ui/formats.ts';
import { type Column, Table } from '../../../ui/table.tsx';
import { secondsText } from './seconds-text.ts';
import { words } from './words.ts';

/** Days with calls, newest first, as people look for yesterday. */
export function DayTable({ days }: { days: readonly DayNumbers[] }) {
  const w = words();
  const busy = days.filter(({ calls }) => calls > 0);
  const quiet = days.length - busy.length;
  return (
    <section class="panel flush">
      <Table
        caption={w.table}
        columns={columns()}
        rows={busy.toReversed()}
        rowId={({ day }) => day}
      />
      {quiet > 0 && <p class="pages">{w.quiet(quiet)}</p>}
    </section>
  );
}

function columns(): Column<DayNumbers>[] {
  const w = words();
  const count = (
    id:
      | 'calls'
      | 'booked'
      | 'abandoned'
      | 'transferred'
      | 'interruptions'
      | 'toolErrors'
      | 'tokens',
  ): Column<DayNumbers> => ({
    id,
    title: w[id],
    cell: (one) => numberText(one[id]),
    sort: (one) => one[id],
    isEnd: true,
  });
  const wait = (id: 'p50' | 'p95'): Column<DayNumbers> => ({
    id,
    title: w[id],
    cell: ({ firstWordMs }) => (firstWordMs ? secondsText(firstWordMs[id]) : '—'),
    sort: ({ firstWordMs }) => firstWordMs?.[id] ?? 0,
    isEnd: true,
  });
  return [
    {
      id: 'day',
      title: w.day,
      cell: ({ day }) => <span class="figures">{dateText(day)}</span>,
      sort: ({ day }) => day,
    },
    count('calls'),
    count('booked'),
    count('abandoned'),
    count('transferred'),
    wait('p50'),
    wait('p95'),
    count('interruptions'),
    count('toolErrors'),
    count('tokens'),
    {
      id: 'brl',
      title: w.cost,
      cell: ({ brl }) => moneyText(brl * 100),
      sort: ({ brl }) => brl,
      isEnd: true,
    },
  ];
}
