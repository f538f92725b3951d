import { useEffect } from 'preact/hooks';
import type { SlotView } from '../../../../console/agenda-view.ts';
import { DateField, Select } from '../../../ui/field.tsx';
import { dateText } from '../../../ui/formats.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { dialogWords } from './dialog-words.ts';

/** Days looked through for the next ones with a time. */
const daysAhead = 31;
const mostDays = 4;

/** What somebody is about to choose. `startMs` 0: nothing yet; it may be a time that is not offered, then the nearest is chosen. */
export interface SlotWish {
  bookable: string;
  date: string;
  startMs: number;
}

/** Day and time of a service, from what is really free. @param instead an appointment that would be given up */
export function SlotPicker({
  clinic,
  wish,
  onWish,
  instead,
  error,
}: {
  clinic: string;
  wish: SlotWish;
  onWish: (wish: SlotWish) => void;
  instead?: string | undefined;
  error?: string | undefined;
}) {
  const w = dialogWords();
  const { bookable, date } = wish;
  const slots = useSlots(clinic, bookable, date, 1, instead);
  const isNone = slots.value?.length === 0;
  const later = useSlots(clinic, isNone ? bookable : '', date, daysAhead, instead);
  const offered = slots.value;
  useEffect(() => {
    if (!offered || offered.some(({ startMs }) => startMs === wish.startMs)) return;
    const nearest = nearestTo(offered, wish.startMs);
    if ((nearest?.startMs ?? 0) !== wish.startMs)
      onWish({ bookable, date, startMs: nearest?.startMs ?? 0 });
  }, [offered]);
  const days = [...new Set(later.value?.map((slot) => slot.date))].slice(0, mostDays);
  return (
    <>
      <div class="agenda-pair">
        <DateField
          label={w.date}
          value={date}
          onValue={(next) => next && onWish({ ...wish, date: next, startMs: 0 })}
        />
        <Select
          label={w.time}
          value={String(wish.startMs)}
          error={error}
          disabled={!offered || isNone}
          onValue={(value) => onWish({ ...wish, startMs: Number(value) })}
          options={
            offered && !isNone
              ? offered.map(({ startMs, time }) => ({ value: String(startMs), text: time }))
              : [{ value: '0', text: isNone ? w.noTime : w.looking }]
          }
        />
      </div>
      {isNone && later.value?.length === 0 && (
        <p class="soft small" role="status">
          {w.noneSoon}
        </p>
      )}
      {isNone && days.length > 0 && (
        <div class="row" role="status">
          <span class="soft small">{w.nextDays}</span>
          {days.map((day) => (
            <button
              key={day}
              type="button"
              class="button plain"
              onClick={() => onWish({ bookable, date: day, startMs: 0 })}
            >
              {dateText(day)}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function useSlots(
  clinic: string,
  bookable: string,
  from: string,
  days: number,
  instead: string | undefined,
) {
  return useRemote(
    async (signal) => {
      if (!bookable) return undefined;
      const query = new URLSearchParams({ clinic, bookable, from, days: String(days) });
      if (instead) query.set('instead', instead);
      const answer = await api<{ slots: SlotView[] }>('GET', `/agenda/slots?${query}`, undefined, {
        signal,
      });
      return answer.slots;
    },
    [clinic, bookable, from, days, instead],
  );
}

function nearestTo(slots: readonly SlotView[], startMs: number): SlotView | undefined {
  return slots.reduce<SlotView | undefined>(
    (best, one) =>
      !best || Math.abs(one.startMs - startMs) < Math.abs(best.startMs - startMs) ? one : best,
    undefined,
  );
}
