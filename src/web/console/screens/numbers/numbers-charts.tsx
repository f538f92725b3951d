import type { DayNumbers } from '../../../../console/numbers-view.ts';
import { moneyText, numberText } from '../../../ui/formats.ts';
import { DayChart } from './day-chart.tsx';
import { secondsText } from './seconds-text.ts';
import { words } from './words.ts';

export function NumbersCharts({ days }: { days: readonly DayNumbers[] }) {
  const w = words();
  const dates = days.map(({ day }) => day);
  return (
    <div class="numbers-charts">
      <DayChart
        title={w.callsChart}
        days={dates}
        text={(value) => numberText(value)}
        series={[
          { name: w.calls, kind: 'bar', tone: 'first', values: days.map(({ calls }) => calls) },
          { name: w.booked, kind: 'bar', tone: 'second', values: days.map((one) => one.booked) },
        ]}
      />
      <DayChart
        title={w.waitChart}
        days={dates}
        text={secondsText}
        series={[
          {
            name: w.p95,
            kind: 'line',
            tone: 'first',
            values: days.map(({ firstWordMs }) => firstWordMs?.p95),
          },
          {
            name: w.p50,
            kind: 'line',
            tone: 'second',
            values: days.map(({ firstWordMs }) => firstWordMs?.p50),
          },
        ]}
      />
      <DayChart
        title={w.costChart}
        days={dates}
        text={(value) => moneyText(value * 100)}
        series={[{ name: w.cost, kind: 'bar', tone: 'second', values: days.map(({ brl }) => brl) }]}
      />
    </div>
  );
}
