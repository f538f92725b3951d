import type {
  AgendaDay,
  AppointmentEntry,
  BlockEntry,
  HoldEntry,
  LaneDay,
  LaneOpening,
} from '../../../../console/agenda-view.ts';

/** Where things lie in a column of the agenda. Pure; minutes are counted from the day's midnight. */

export const rowMinutes = 5;
const minuteMs = 60_000;
/** Height of a row, px: the same as `--agenda-row`. */
export const rowPx = 7;
/** Of a line in a group, and of its head and its button together, px. */
const linePx = 30;
const groupPx = 64;
/** Shown at least, hours of the day. */
const usualFrom = 8;
const usualUntil = 17;

export interface Span {
  /** Minutes of the day; multiples of `rowMinutes`. */
  from: number;
  until: number;
}

/** Everybody who was told the same time: in order of arrival, or any time until an end. */
export interface GroupBox {
  kind: 'group';
  startMs: number;
  endMs: number;
  isWalkIn: boolean;
  /** Where nobody counts: several services of the team have places of their own. */
  places: LaneOpening['places'];
  isFree: boolean;
  entries: readonly AppointmentEntry[];
}
export type Box = AppointmentEntry | HoldEntry | BlockEntry | GroupBox;

/** One thing with its place; those that overlap lie side by side. */
export interface Placed {
  box: Box;
  span: Span;
  column: number;
  columns: number;
}

export interface FreeStretch extends Span {
  startMs: number;
  endMs: number;
}

/** Hours that hold everything of these days. */
export function shownHours(days: readonly AgendaDay[], lanes: readonly LaneDay[]): Span {
  const minutes: number[] = [];
  for (const { hours } of days)
    for (const { from, to } of hours ?? []) minutes.push(minuteOf(from), minuteOf(to));
  for (const lane of lanes) {
    const day = days.find(({ date }) => date === lane.date);
    if (!day) continue;
    for (const placed of placedIn(lane, day)) {
      if (placed.box.kind !== 'block') minutes.push(placed.span.from, placed.span.until);
    }
  }
  const from = Math.min(usualFrom * 60, ...minutes);
  const until = Math.max(usualUntil * 60, ...minutes);
  return { from: Math.floor(from / 60) * 60, until: Math.min(24 * 60, Math.ceil(until / 60) * 60) };
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** What lies in a lane on a day, side by side where it overlaps. */
export function placedIn(lane: LaneDay, day: AgendaDay): Placed[] {
  const boxes = boxesIn(lane).map((box) => ({ box, span: spanOf(box, day) }));
  boxes.sort((a, b) => a.span.from - b.span.from || b.span.until - a.span.until);
  const placed: Placed[] = [];
  let cluster: Placed[] = [];
  let clusterUntil = -1;
  const close = () => {
    const columns = Math.max(0, ...cluster.map(({ column }) => column)) + 1;
    placed.push(...cluster.map((one) => ({ ...one, columns })));
    cluster = [];
  };
  for (const one of boxes) {
    if (one.span.from >= clusterUntil) close();
    const taken = new Set(
      cluster.filter(({ span }) => span.until > one.span.from).map(({ column }) => column),
    );
    let column = 0;
    while (taken.has(column)) column += 1;
    cluster.push({ ...one, column, columns: 1 });
    clusterUntil = Math.max(clusterUntil, one.span.until);
  }
  close();
  return placed;
}

/** Those who share a time are one box; an opening by order of arrival is one even while it is empty. */
function boxesIn({ openings, entries }: LaneDay): Box[] {
  const shared = openings.filter(({ mode }) => mode !== 'appointed');
  const starts = [...new Set(shared.map(({ startMs }) => startMs))];
  const groups = starts.map((startMs): GroupBox => {
    const mine = shared.filter((one) => one.startMs === startMs);
    const inside = entries.filter(
      (one): one is AppointmentEntry =>
        one.kind === 'appointment' && one.mode !== 'appointed' && one.startMs === startMs,
    );
    return {
      kind: 'group',
      startMs,
      endMs: Math.max(...mine.map(({ endMs }) => endMs)),
      isWalkIn: mine.some(({ mode }) => mode === 'walk-in'),
      places: mine.length === 1 ? (mine[0]?.places ?? null) : null,
      isFree: mine.some(({ free }) => free.length > 0),
      entries: inside,
    };
  });
  const grouped = new Set<unknown>(groups.flatMap((group) => group.entries));
  return [...groups, ...entries.filter((one) => !grouped.has(one))];
}

function spanOf(box: Box, day: AgendaDay): Span {
  const span = rounded(box.startMs, box.endMs, day);
  if (box.kind !== 'group') return span;
  // Names need room, however short the time is that all were told.
  const minutes = Math.ceil((groupPx + linePx * box.entries.length) / rowPx) * rowMinutes;
  return { from: span.from, until: Math.min(24 * 60, Math.max(span.until, span.from + minutes)) };
}

function rounded(startMs: number, endMs: number, { startMs: midnight }: AgendaDay): Span {
  const from = Math.max(0, (startMs - midnight) / minuteMs);
  const until = Math.min(24 * 60, (endMs - midnight) / minuteMs);
  return {
    from: Math.floor(from / rowMinutes) * rowMinutes,
    until: Math.max(Math.ceil(until / rowMinutes) * rowMinutes, Math.floor(from) + rowMinutes),
  };
}

/** Time with an own hour for each, that can still be booked, in the fewest stretches. */
export function freeIn({ openings }: LaneDay, day: AgendaDay): FreeStretch[] {
  const all = openings
    .filter(({ mode }) => mode === 'appointed')
    .flatMap(({ free }) => free)
    .sort((a, b) => a.startMs - b.startMs);
  const merged: { startMs: number; endMs: number }[] = [];
  for (const one of all) {
    const last = merged.at(-1);
    if (last && one.startMs <= last.endMs) last.endMs = Math.max(last.endMs, one.endMs);
    else merged.push({ ...one });
  }
  return merged.map((one) => ({ ...one, ...rounded(one.startMs, one.endMs, day) }));
}

/** Minute of the day at which a column begins to be worth looking at. */
export function firstMinute(lane: LaneDay, day: AgendaDay): number {
  const spans = [...placedIn(lane, day).map(({ span }) => span), ...freeIn(lane, day)];
  return Math.min(24 * 60, ...spans.map(({ from }) => from));
}

/** Whether anything is to be seen in a lane that day. */
export function isQuiet({ openings, entries }: LaneDay): boolean {
  return openings.length === 0 && entries.length === 0;
}
