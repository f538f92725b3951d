import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Booking } from '../scheduling/booking.ts';
import type { Trouble } from '../scheduling/offer.ts';
import { addDays, boundaryOf, instantOf, wallTimeOf } from '../scheduling/wall-time.ts';
import type { Bookable, ClinicAgenda } from './clinic-agenda.ts';
import type { FreeSlot } from './offers.ts';
import type { TimeWindow, WishedTimes } from './slot-wish.ts';

/** Slots said at once: more are not remembered on a telephone. */
const mostSlotsSaid = 3;

/** Slots asked for at a time when most may be at the wrong hour, and how often: half a year of full days. */
const pageSize = 150;
const mostPages = 30;

/** Where the nearest other times are looked for, in days before and after the wanted one: a monthly visit has its next one. */
const nearBefore = 7;
const nearAfter = 45;
/** Slots of those days before: all of them, or the nearest would be left out. A day has 288 five-minute ones. */
const mostBefore = 288 * (nearBefore + 1);

/** Why one of the things asked for has no time; `other-times`: that day it has, but not at that hour. */
export type NoSlotReason = Exclude<Trouble, 'off-grid'> | 'other-times';

export interface SlotQuery {
  bookables: readonly Bookable[];
  options: readonly WishedTimes[];
  pick: 'first' | 'last' | null;
  /** Slots that were offered already. */
  skips?: (slot: FreeSlot) => boolean;
  notBeforeMs?: number;
  /** A reservation of the caller's own that would be given up. */
  ignoring?: string;
}

interface SlotsFound {
  /** In order of time; at most {@link mostSlotsSaid}. */
  slots: FreeSlot[];
  reasons: ReadonlySet<NoSlotReason>;
}

/** Free times that fit the wish, of everybody who does it, merged by time. */
export async function searchSlots(
  agenda: ClinicAgenda,
  query: SlotQuery,
  nowMs: number,
): Promise<SlotsFound> {
  const found: FreeSlot[] = [];
  const reasons = new Set<NoSlotReason>();
  for (const bookable of query.bookables) {
    for (const option of query.options) {
      const one = await slotsOf(agenda, bookable, option, query, nowMs);
      found.push(...one.slots);
      if (one.reason) reasons.add(one.reason);
    }
  }
  const merged = distinct(found).sort((a, b) => a.startMs - b.startMs);
  if (query.pick !== 'last') return { slots: merged.slice(0, mostSlotsSaid), reasons };
  const firstDay = merged.filter(({ date }) => date === merged[0]?.date);
  return { slots: firstDay.slice(-1), reasons };
}

async function slotsOf(
  { booking, calendar }: ClinicAgenda,
  bookable: Bookable,
  { range, times }: WishedTimes,
  query: SlotQuery,
  nowMs: number,
): Promise<{ slots: FreeSlot[]; reason?: NoSlotReason }> {
  const limit = query.pick === 'last' ? pageSize : mostSlotsSaid;
  const isAnyTime = times.every(({ from, to }) => from === '00:00' && to === '23:59');
  const isWished = wishedTest(times, calendar.timeZone);
  const slots: FreeSlot[] = [];
  let from = range.from;
  let notBeforeMs = query.notBeforeMs ?? 0;
  const size = isAnyTime && !query.skips && limit === mostSlotsSaid ? limit : pageSize;
  for (let page = 0; page < mostPages; page += 1) {
    // Nobody's audio waits for half a year of times to be looked through.
    if (page > 0) await letOthersRun();
    const ignoring = query.ignoring === undefined ? {} : { ignoring: query.ignoring };
    const answer = await booking.find(
      { plan: bookable.plan, range: { from, to: range.to }, limit: size, notBeforeMs, ...ignoring },
      nowMs,
    );
    if (answer.outcome !== 'found') {
      if (slots.length > 0) break;
      return { slots, reason: page > 0 ? 'other-times' : answer.outcome };
    }
    const free = answer.slots.map((slot) => toFreeSlot(bookable, slot));
    slots.push(...free.filter((slot) => isWished(slot) && !query.skips?.(slot)));
    const last = answer.slots.at(-1);
    if (slots.length >= limit || !last || answer.slots.length < size) break;
    from = last.date;
    notBeforeMs = last.startMs + 1;
  }
  return slots.length > 0 ? { slots: slots.slice(0, limit) } : { slots, reason: 'other-times' };
}

type FoundSlot = Extract<
  Awaited<ReturnType<Booking['find']>>,
  { outcome: 'found' }
>['slots'][number];

/** A slot as it is offered: which resources it would take is asked again when it is held. */
export function toFreeSlot(
  bookable: Bookable,
  { date, mode, startMs, endMs }: Pick<FoundSlot, 'date' | 'mode' | 'startMs' | 'endMs'>,
): FreeSlot {
  return { bookable, date, mode, startMs, endMs };
}

/**
 * An own time must begin within the wanted one; who may come until an end, may come at any time before it. The wanted
 * times are made instants once a day: asking each slot for its wall time takes a second for half a year of them.
 */
function wishedTest(times: readonly TimeWindow[], timeZone: string): (slot: FreeSlot) => boolean {
  const known = new Map<string, { fromMs: number; toMs: number }[]>();
  const windowsOn = (date: string) => {
    const windows = times.map(({ from, to }) => ({
      fromMs: boundaryOf(date, from, timeZone),
      // Up to a time that clocks jump over: not what comes after the jump.
      toMs: instantOf(date, to, timeZone) ?? boundaryOf(date, to, timeZone) - 1,
    }));
    known.set(date, windows);
    return windows;
  };
  return ({ date, mode, startMs, endMs }) =>
    (known.get(date) ?? windowsOn(date)).some(({ fromMs, toMs }) =>
      startMs >= fromMs ? startMs <= toMs : mode !== 'appointed' && endMs > fromMs,
    );
}

function distinct(slots: readonly FreeSlot[]): FreeSlot[] {
  return [...new Map(slots.map((one) => [`${one.bookable.id}@${one.startMs}`, one])).values()];
}

/** The free times nearest to a wanted one, in order of time; when there are none near, the next ones of all. */
export async function nearestSlots(
  agenda: ClinicAgenda,
  wanted: { bookables: readonly Bookable[]; atMs: number; ignoring?: string },
  nowMs: number,
): Promise<FreeSlot[]> {
  const { timeZone } = agenda.calendar;
  const ignoring = wanted.ignoring === undefined ? {} : { ignoring: wanted.ignoring };
  const near: FreeSlot[] = [];
  const day = wallTimeOf(wanted.atMs, timeZone).date;
  const today = wallTimeOf(nowMs, timeZone).date;
  const earliest = addDays(day, -nearBefore);
  for (const bookable of wanted.bookables) {
    const find = async (
      range: { from: string; to: string },
      limit: number,
      notBeforeMs: number,
    ) => {
      const request = { plan: bookable.plan, range, limit, notBeforeMs, ...ignoring };
      const answer = await agenda.booking.find(request, nowMs);
      return answer.outcome === 'found' ? answer.slots.map((one) => toFreeSlot(bookable, one)) : [];
    };
    const before = await find(
      { from: earliest > today ? earliest : today, to: day },
      mostBefore,
      0,
    );
    const after = { from: day, to: addDays(day, nearAfter) };
    near.push(
      ...before.filter(({ startMs }) => startMs < wanted.atMs).slice(-mostSlotsSaid),
      ...(await find(after, mostSlotsSaid, wanted.atMs)),
    );
  }
  if (near.length === 0) return nextSlots(agenda, wanted, nowMs);
  const distance = ({ startMs }: FreeSlot) => Math.abs(startMs - wanted.atMs);
  return distinct(near)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, mostSlotsSaid)
    .sort((a, b) => a.startMs - b.startMs);
}

/** Everything that can be booked, as a wish. */
export function anyTime({ calendar, rules }: ClinicAgenda, nowMs: number): WishedTimes {
  const from = wallTimeOf(nowMs, calendar.timeZone).date;
  const to = addDays(from, rules.window.horizonDays);
  return { range: { from, to }, times: [{ from: '00:00', to: '23:59' }], isDayNamed: false };
}

async function nextSlots(
  agenda: ClinicAgenda,
  wanted: { bookables: readonly Bookable[]; ignoring?: string },
  nowMs: number,
): Promise<FreeSlot[]> {
  const options = [anyTime(agenda, nowMs)];
  const query = { ...wanted, options, pick: null };
  return (await searchSlots(agenda, query, nowMs)).slots;
}
