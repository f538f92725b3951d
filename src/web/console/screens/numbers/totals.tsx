import type { NumbersView } from '../../../../console/numbers-view.ts';
import { Callout, Stat } from '../../../ui/feedback.tsx';
import { dateText, moneyText, numberText } from '../../../ui/formats.ts';
import { secondsText } from './seconds-text.ts';
import { words } from './words.ts';

/** What the whole period came to. */
export function Totals({ numbers }: { numbers: NumbersView }) {
  const w = words();
  const { total, usdBrl, pricesOf } = numbers;
  const share = (count: number) => w.share(`${numberText((100 * count) / total.calls)}%`);
  const { firstWordMs } = total;
  return (
    <>
      <dl class="grid numbers-totals">
        <Stat label={w.calls} value={numberText(total.calls)} />
        <Stat label={w.booked} value={numberText(total.booked)} note={share(total.booked)} />
        <Stat
          label={w.abandoned}
          value={numberText(total.abandoned)}
          note={share(total.abandoned)}
        />
        <Stat
          label={w.transferred}
          value={numberText(total.transferred)}
          note={share(total.transferred)}
        />
        <Stat
          label={w.firstWord}
          value={firstWordMs ? secondsText(firstWordMs.p50) : '—'}
          {...(firstWordMs ? { note: w.firstWordHelp(secondsText(firstWordMs.p95)) } : {})}
        />
        <Stat label={w.interruptions} value={numberText(total.interruptions)} />
        <Stat label={w.toolErrors} value={numberText(total.toolErrors)} />
        <Stat
          label={w.cost}
          value={moneyText(total.brl * 100)}
          note={w.costHelp(dateText(pricesOf), moneyText(usdBrl * 100))}
        />
      </dl>
      {total.unpriced > 0 && <Callout tone="warn">{w.unpriced(total.unpriced)}</Callout>}
    </>
  );
}
