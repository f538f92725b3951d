import { setImmediate as letOthersRun } from 'node:timers/promises';
import {
  type Candidate,
  claimsOf,
  findSlots,
  type OfferedTimes,
  reachOf,
  type Slot,
  timesOf,
} from './availability.ts';
import type { Interval } from './interval.ts';
import {
  type BookingRules,
  type Calendar,
  checkVisit,
  fullness,
  openingsFor,
  type Plan,
  reachableRange,
  stretchOf,
  type Trouble,
  type Visit,
  weeksOf,
  whyNone,
} from './offer.ts';
import type { DateRange } from './recurrence.ts';
import type { Claim, Reservation, VisitItem } from './reservation-record.ts';
import type { ScheduleStore, Seen } from './schedule-store.ts';
import { addDays, wallTimeOf } from './wall-time.ts';

/** Alternatives offered with a refusal: more are not remembered on a telephone. */
const mostAlternatives = 3;
/** Where alternatives are looked for: so many days from the wanted one, so that a monthly visit has its next one. */
const alternativeDays = 45;
/** Weeks kept of each plan: a year of them, as they fall from one day. About 3 KB each, when every quarter of an hour is offered. */
const mostKnownWeeks = 60;
/** How often another room is tried when the one chosen was taken in between. */
const mostHoldTries = 3;

export type FindAnswer =
  | { outcome: 'found'; slots: Slot[] }
  | { outcome: Exclude<Trouble, 'off-grid'> };

/** `visit`: which of the wanted ones; `alternatives`: free times for that one, nearest first. */
export type HoldTrouble = { outcome: Trouble; visit: number; alternatives: Slot[] };
export type HoldAnswer =
  | { outcome: 'held'; reservation: Reservation }
  | HoldTrouble
  | { outcome: 'not-found' | 'changed' };
export type ConfirmAnswer =
  | { outcome: 'confirmed'; reservation: Reservation }
  | { outcome: 'hold-expired' | 'not-found' | 'changed' };
export type CancelAnswer =
  | { outcome: 'cancelled'; reservation: Reservation }
  | { outcome: 'not-found' | 'changed' | 'past' };

export interface HoldRequest {
  /** New, from `createId`; the appointment gets the same. */
  id: string;
  /** The conversation. */
  holder: string;
  /** Business key, such as conversation and slot token. */
  key: string;
  /** Several services of one visit are held together or not at all. */
  visits: readonly Visit[];
  /** To reschedule: the booked reservation that this one takes the place of when it is confirmed. */
  replaces?: Seen;
}

export interface FindRequest {
  plan: Plan;
  /** Days in the clinic's zone. */
  range: DateRange;
  limit: number;
  /** No earlier than this, such as the end of the visit before it. */
  notBeforeMs?: number;
  /** A reservation that would be given up. */
  ignoring?: string;
}

/** find → hold → confirm; cancel; reschedule. Nothing is decided here that the store does not judge again. */
export interface Booking {
  find(request: FindRequest, nowMs: number): Promise<FindAnswer>;
  hold(request: HoldRequest, nowMs: number): Promise<HoldAnswer>;
  /** Within the hold's time, by the conversation that holds it. A hold that replaces a booking gives that one up in the same step. */
  confirm(seen: Seen & { holder: string }, nowMs: number): Promise<ConfirmAnswer>;
  /** Gives up a hold, or a booking that has not begun. Whether the asker may is decided before. */
  cancel(seen: Seen, nowMs: number): Promise<CancelAnswer>;
  /** Hold and confirm in one go; the old booking stays untouched unless the new one is booked. */
  reschedule(
    request: HoldRequest & { replaces: Seen },
    nowMs: number,
  ): Promise<Exclude<HoldAnswer, { outcome: 'held' }> | ConfirmAnswer>;
}

/** @param parts plans are handed in as the same objects each time: what is worked out of one is kept with it */
export function createBooking(parts: {
  store: ScheduleStore;
  clinic: string;
  calendar: Calendar;
  rules: BookingRules;
}): Booking {
  const { store, clinic, calendar, rules } = parts;

  /** Weeks worked out before, by plan: the same ones are asked for all day long. */
  const known = new WeakMap<Plan, Map<string, KnownWeek>>();

  function timesIn(plan: Plan, week: DateRange): KnownWeek {
    const weeks = known.get(plan) ?? new Map<string, KnownWeek>();
    known.set(plan, weeks);
    const name = `${week.from}/${week.to}`;
    const found = weeks.get(name) ?? workOut(plan, week, calendar);
    if (weeks.size >= mostKnownWeeks) weeks.clear();
    weeks.set(name, found);
    return found;
  }

  const busyFor = (plans: readonly Plan[], stretch: Interval) => ({
    resources: plans.flatMap(({ needs }) => needs.resources.flat().map(({ id }) => id)),
    ...stretch,
  });

  async function find(request: FindRequest, nowMs: number): Promise<FindAnswer> {
    const { plan, limit, notBeforeMs = 0, ignoring } = request;
    const range = reachableRange(request.range, calendar, rules.window, nowMs);
    if (typeof range === 'string') return { outcome: range };
    const times: OfferedTimes[] = [];
    const slots: Slot[] = [];
    // Week by week: who wants the next three times does not wait for a month to be worked out.
    for (const [index, week] of weeksOf(range).entries()) {
      // Half a year without a free time takes a tenth of a second, in which callers must be heard.
      if (index > 0) await letOthersRun();
      const ofWeek = timesIn(plan, week);
      times.push(...ofWeek.times);
      if (!ofWeek.stretch) continue;
      const ignored = ignoring === undefined ? {} : { ignoring };
      const busy = await store.busy({ ...busyFor([plan], ofWeek.stretch), nowMs, ...ignored });
      const { needs } = plan;
      const search = { busy, nowMs, notBeforeMs, needs, window: rules.window, times: ofWeek.times };
      slots.push(...findSlots({ ...search, limit: limit - slots.length }));
      if (slots.length >= limit) break;
    }
    if (slots.length > 0) return { outcome: 'found', slots };
    return { outcome: whyNone(times, plan.needs, rules, nowMs) };
  }

  async function refuse(
    outcome: Trouble,
    request: HoldRequest,
    index: number,
    nowMs: number,
  ): Promise<HoldTrouble> {
    const visit = request.visits[index];
    if (!visit || outcome === 'too-far') return { outcome, visit: index, alternatives: [] };
    const wanted = wallTimeOf(Math.max(visit.startMs, nowMs), calendar.timeZone).date;
    const range = { from: wanted, to: addDays(wanted, alternativeDays) };
    const ignoring = request.replaces ? { ignoring: request.replaces.id } : {};
    const found = await find(
      { plan: visit.plan, range, limit: mostAlternatives, ...ignoring },
      nowMs,
    );
    const alternatives = found.outcome === 'found' ? found.slots : [];
    return { outcome, visit: index, alternatives };
  }

  async function hold(request: HoldRequest, nowMs: number): Promise<HoldAnswer> {
    const before = await store.recall(request.key);
    // Asked again: it stands in its own way, so it is not looked for a second time.
    if (before)
      return isAnswerTo(before, request)
        ? { outcome: 'held', reservation: before }
        : { outcome: 'changed' };
    const candidates: Candidate[] = [];
    for (const [index, visit] of request.visits.entries()) {
      const checked = checkVisit(visit, calendar, rules, nowMs);
      if (typeof checked === 'string') return refuse(checked, request, index, nowMs);
      candidates.push(checked);
    }
    for (let tried = 1; ; tried += 1) {
      const claims = await chooseClaims(request, candidates, nowMs);
      if (typeof claims === 'number') return full(request, candidates, claims, nowMs);
      const answer = await store.reserve({
        ...reservationOf(request, candidates, claims, clinic),
        holdExpiresAtMs: nowMs + rules.holdMs,
        nowMs,
      });
      if (answer.outcome === 'done') return { outcome: 'held', reservation: answer.reservation };
      if (answer.outcome !== 'taken') {
        return { outcome: answer.outcome === 'not-found' ? 'not-found' : 'changed' };
      }
      if (tried === mostHoldTries) {
        const { resource } = answer.claim;
        const index = request.visits.findIndex(({ plan }) =>
          plan.needs.resources.flat().some(({ id }) => id === resource),
        );
        return full(request, candidates, Math.max(0, index), nowMs);
      }
    }
  }

  const full = (
    request: HoldRequest,
    candidates: readonly Candidate[],
    index: number,
    nowMs: number,
  ) => {
    const needs = request.visits[index]?.plan.needs;
    return refuse(fullness(needs, candidates.slice(index, index + 1)), request, index, nowMs);
  };

  /** Claims of all visits, or the index of the first that has no place. */
  async function chooseClaims(
    { visits, replaces }: HoldRequest,
    candidates: readonly Candidate[],
    nowMs: number,
  ): Promise<Claim[] | number> {
    const reaches = visits.flatMap(({ plan }, i) => {
      const candidate = candidates[i];
      return candidate ? [reachOf(candidate, plan.needs)] : [];
    });
    const stretch = {
      startMs: Math.min(...reaches.map(({ startMs }) => startMs)),
      endMs: Math.max(...reaches.map(({ endMs }) => endMs)),
    };
    const query = busyFor(
      visits.map(({ plan }) => plan),
      stretch,
    );
    const ignoring = replaces ? { ignoring: replaces.id } : {};
    const busy = await store.busy({ ...query, nowMs, ...ignoring });
    const chosen: Claim[] = [];
    for (const [index, { plan }] of visits.entries()) {
      const candidate = candidates[index];
      const claims = candidate && claimsOf(candidate, plan.needs, () => [...busy, ...chosen]);
      if (!claims) return index;
      chosen.push(...claims);
    }
    return chosen;
  }

  async function confirm(
    { id, version, holder }: Seen & { holder: string },
    nowMs: number,
  ): Promise<ConfirmAnswer> {
    const found = await store.find(id);
    // Somebody else's hold and none at all are answered alike.
    if (!found || found.holder !== holder) return { outcome: 'not-found' };
    const change = { id, version, key: `confirm/${id}/${version}`, nowMs };
    const answer = found.replaces ? await store.swap(change) : await store.confirm(change);
    if (answer.outcome === 'done') return { outcome: 'confirmed', reservation: answer.reservation };
    return { outcome: answer.outcome === 'key-reused' ? 'changed' : answer.outcome };
  }

  async function cancel({ id, version }: Seen, nowMs: number): Promise<CancelAnswer> {
    const found = await store.find(id);
    if (!found) return { outcome: 'not-found' };
    if (found.status === 'booked' && firstStart(found.items) <= nowMs) return { outcome: 'past' };
    const answer = await store.release({ id, version, key: `cancel/${id}/${version}`, nowMs });
    if (answer.outcome === 'done') return { outcome: 'cancelled', reservation: answer.reservation };
    return { outcome: answer.outcome === 'not-found' ? 'not-found' : 'changed' };
  }

  async function reschedule(request: HoldRequest & { replaces: Seen }, nowMs: number) {
    const held = await hold(request, nowMs);
    if (held.outcome !== 'held') return held;
    const { id, version } = held.reservation;
    const answer = await confirm({ id, version, holder: request.holder }, nowMs);
    if (answer.outcome !== 'confirmed') await cancel({ id, version }, nowMs);
    return answer;
  }

  return { find, hold, confirm, cancel, reschedule };
}

/** What a plan offers in a week, whatever is taken, and from when to when. */
interface KnownWeek {
  times: readonly OfferedTimes[];
  stretch: Interval | undefined;
}

function workOut(plan: Plan, week: DateRange, calendar: Calendar): KnownWeek {
  const openings = openingsFor(plan, week, calendar);
  const times = openings.map((one) => timesOf(one, plan.needs, calendar.timeZone));
  return { times, stretch: stretchOf(openings, plan.needs) };
}

function reservationOf(
  { id, holder, key, visits, replaces }: HoldRequest,
  candidates: readonly Candidate[],
  claims: Claim[],
  clinic: string,
) {
  const items = visits.flatMap(({ plan }, i): VisitItem[] => {
    const candidate = candidates[i];
    if (!candidate) return [];
    const { startMs, endMs } = candidate;
    return [{ service: plan.service, practitioner: plan.practitioner, startMs, endMs }];
  });
  return { id, holder, key, clinic, items, claims, ...(replaces ? { replaces } : {}) };
}

function isAnswerTo({ holder, items }: Reservation, request: HoldRequest): boolean {
  const asked = request.visits.map(({ plan, startMs }) => `${plan.service}@${startMs}`);
  const got = items.map(({ service, startMs }) => `${service}@${startMs}`);
  return holder === request.holder && asked.join() === got.join();
}

function firstStart(items: readonly VisitItem[]): number {
  return Math.min(...items.map(({ startMs }) => startMs));
}
