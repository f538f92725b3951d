import { router } from '../../router.ts';
import { addDays, dayAt, isDay, mondayOf } from './agenda-days.ts';

/** What the agenda's address says. */
export interface AgendaPlace {
  day: string;
  view: 'day' | 'week';
  by: 'practitioner' | 'room';
  /** The lane of a week. */
  lane: string;
  /** The appointment whose panel is open. */
  open: string;
}

export function placeOf(query: URLSearchParams, timeZone: string, nowMs: number): AgendaPlace {
  const day = query.get('day');
  return {
    day: isDay(day) ? day : dayAt(nowMs, timeZone),
    view: query.get('view') === 'week' ? 'week' : 'day',
    by: query.get('by') === 'room' ? 'room' : 'practitioner',
    lane: query.get('lane') ?? '',
    open: query.get('open') ?? '',
  };
}

export function goTo(place: AgendaPlace): void {
  const query = new URLSearchParams(place.day ? { day: place.day } : {});
  if (place.view === 'week') query.set('view', 'week');
  if (place.by === 'room') query.set('by', 'room');
  if (place.lane) query.set('lane', place.lane);
  if (place.open) query.set('open', place.open);
  router.replace(`/agenda?${query}`);
}

/** The first day shown, and how many. */
export function rangeOf({ day, view }: AgendaPlace): { from: string; days: number } {
  return view === 'week' ? { from: mondayOf(day), days: 7 } : { from: day, days: 1 };
}

export function stepped(place: AgendaPlace, step: 1 | -1): AgendaPlace {
  return { ...place, day: addDays(place.day, place.view === 'week' ? 7 * step : step) };
}
