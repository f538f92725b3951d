import { useState } from 'preact/hooks';
import type { NumbersView } from '../../../../console/numbers-view.ts';
import { EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { DateField, Select } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic, person } from '../../session.ts';
import { DayTable } from './day-table.tsx';
import { NumbersCharts } from './numbers-charts.tsx';
import './numbers.css';
import { type Range, rangeAddress, rangeIn, todayIn, usualDays } from './range.ts';
import { Totals } from './totals.tsx';
import { words } from './words.ts';

const every = 'all';

export default function NumbersScreen({ query }: ScreenParts) {
  const w = words();
  const clinics = person.value?.clinics ?? [];
  const [chosen, setChosen] = useState(clinics.length > 1 ? every : '');
  const zone = clinic.value?.timeZone;
  const range = rangeIn(query, todayIn(zone));
  const asked = new URLSearchParams({
    from: range.from,
    to: range.to,
    ...(chosen && chosen !== every ? { clinic: chosen } : {}),
  }).toString();
  const numbers = useRemote(
    (signal) => api<NumbersView>('GET', `/numbers?${asked}`, undefined, { signal }),
    [asked],
  );
  const show = (next: Range) => router.replace(`/numbers${rangeAddress(next)}`);
  return (
    <>
      <ScreenHead title={w.title}>
        <a class="button no-print" href={`/console/api/numbers.csv?${asked}`} download>
          <Icon name="download" />
          {w.download}
        </a>
      </ScreenHead>
      <div class="panel row bottom numbers-choice no-print">
        <Select
          label={w.range}
          value={range.kind}
          onValue={(kind) => show({ ...range, kind })}
          options={[
            ...usualDays.map((count) => ({ value: String(count), text: w.days(count) })),
            { value: 'own', text: w.own },
          ]}
        />
        {range.kind === 'own' && (
          <>
            <DateField
              label={w.from}
              value={range.from}
              max={range.to}
              onValue={(from) => from && show({ ...range, from })}
            />
            <DateField
              label={w.to}
              value={range.to}
              min={range.from}
              onValue={(to) => to && show({ ...range, to })}
            />
          </>
        )}
        {clinics.length > 1 && (
          <Select
            label={w.clinic}
            value={chosen}
            onValue={setChosen}
            options={[
              { value: every, text: w.allClinics },
              ...clinics.map(({ id, name }) => ({ value: id, text: name })),
            ]}
          />
        )}
      </div>
      <Loaded remote={numbers} lines={10}>
        {(value) =>
          value.total.calls === 0 ? (
            <section class="panel">
              <EmptyState icon="numbers" title={w.none}>
                <p>{w.noneHelp}</p>
              </EmptyState>
            </section>
          ) : (
            <>
              <Totals numbers={value} />
              <NumbersCharts days={value.days} />
              <DayTable days={value.days} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
