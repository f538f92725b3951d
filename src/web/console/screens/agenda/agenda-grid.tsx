import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type {
  AgendaDay,
  AgendaLane,
  AgendaView,
  LaneDay,
} from '../../../../console/agenda-view.ts';
import { EmptyState } from '../../../ui/feedback.tsx';
import { weekdayText } from './agenda-days.ts';
import type { AgendaPlace } from './agenda-place.ts';
import type { Drop } from './dragging.ts';
import { useDragging } from './dragging.ts';
import { firstMinute, isQuiet, rowMinutes, rowPx, type Span, shownHours } from './grid-layout.ts';
import { type GridActs, LaneColumn } from './lane-column.tsx';
import { words } from './words.ts';

/** How often the line of the present moment moves, ms. */
const minuteMs = 60_000;

interface Column {
  key: string;
  title: string;
  note: string;
  lane: AgendaLane;
  part: LaneDay;
  day: AgendaDay;
}

/** Columns side by side on one scale of hours: people or rooms of a day, or the days of one of them. */
export function AgendaGrid({
  view,
  place,
  acts,
  onDrop,
}: {
  view: AgendaView;
  place: AgendaPlace;
  acts: GridActs;
  onDrop: (entry: Parameters<GridActs['onMove']>[0], drop: Drop) => void;
}) {
  const w = words();
  const nowMs = useMinute(view.nowMs);
  const columns = columnsOf(view, place, w);
  const hours = shownHours(
    view.days,
    columns.map(({ part }) => part),
  );
  const dragging = useDragging(hours.from, onDrop);
  const frame = useRef<HTMLElement>(null);
  const first = Math.min(...columns.map(({ part, day }) => firstMinute(part, day)));
  // Where something begins is in sight, half an hour before it; only when other days are shown, not when they change.
  useLayoutEffect(() => {
    const rows = (first - hours.from - 30) / rowMinutes;
    if (frame.current && Number.isFinite(rows)) frame.current.scrollTop = Math.max(0, rows * rowPx);
  }, [place.day, place.view, place.by, place.lane]);
  if (columns.length === 0) {
    const isWithout = view.by === 'room' && view.lanes.length === 0;
    return (
      <EmptyState icon="calendar" title={isWithout ? w.noRooms : w.nothing}>
        <p>{isWithout ? w.noRoomsText : w.nothingText}</p>
      </EmptyState>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, and must do so by the keyboard too.
    <section ref={frame} class="agenda-frame" aria-label={w.title} tabIndex={0}>
      <div
        class={dragging.id ? 'agenda-grid dragging' : 'agenda-grid'}
        style={{
          gridTemplateColumns: `52px repeat(${columns.length}, minmax(0, 1fr))`,
          minWidth: `${52 + columns.length * (place.view === 'week' ? 120 : 170)}px`,
        }}
      >
        <div class="agenda-corner" />
        {columns.map(({ key, title, note }) => (
          <header key={key} class="agenda-head">
            <h2>{title}</h2>
            {note && <p class="small soft">{note}</p>}
          </header>
        ))}
        <Hours hours={hours} />
        {columns.map(({ key, lane, part, day }) => (
          <LaneColumn key={key} {...{ lane, part, day, hours, acts, dragging, nowMs }} />
        ))}
      </div>
    </section>
  );
}

function Hours({ hours }: { hours: Span }) {
  const count = (hours.until - hours.from) / 60;
  return (
    <div class="agenda-hours" style={{ height: `${(count * 60 * rowPx) / rowMinutes}px` }}>
      {Array.from({ length: count }, (_, i) => (
        <span key={i} class="figures" style={{ top: `${(i * 60 * rowPx) / rowMinutes}px` }}>
          {String(hours.from / 60 + i).padStart(2, '0')}:00
        </span>
      ))}
    </div>
  );
}

function columnsOf(
  { days, lanes }: AgendaView,
  place: AgendaPlace,
  w: ReturnType<typeof words>,
): Column[] {
  if (place.view === 'week') {
    const lane = chosenLane(lanes, place.lane);
    return lane
      ? days.flatMap((day, i) => {
          const part = lane.days[i];
          const note = part ? laneNote(part, day, w) : '';
          return part
            ? [{ key: day.date, title: weekdayText(day.date), note, lane, part, day }]
            : [];
        })
      : [];
  }
  const [day] = days;
  return lanes.flatMap((lane) => {
    const part = lane.days[0];
    if (!day || !part || isQuiet(part)) return [];
    const title = laneName(lane, w);
    return [{ key: lane.id, title, note: laneNote(part, day, w), lane, part, day }];
  });
}

export function chosenLane(lanes: readonly AgendaLane[], id: string): AgendaLane | undefined {
  return lanes.find((lane) => lane.id === id) ?? lanes[0];
}

export function laneName({ kind, name }: AgendaLane, w: ReturnType<typeof words>): string {
  return kind === 'team' ? w.team : name;
}

/** Why nothing is offered in it, if so. */
export function laneNote({ closed }: LaneDay, day: AgendaDay, w: ReturnType<typeof words>): string {
  if (!closed) return '';
  if (closed.reason === 'exception') return w.away(closed.name ?? '');
  return closed.reason === 'clinic' ? dayNote(day, w) : w.notHere;
}

/** Why the clinic is closed, if so. */
export function dayNote({ closed }: AgendaDay, w: ReturnType<typeof words>): string {
  if (!closed) return '';
  if (closed.reason === 'holiday') return w.closedHoliday(closed.name ?? '');
  return closed.reason === 'exception' ? w.closedException(closed.name ?? '') : w.closedWeekday;
}

/** Now as the server's clock has it, told anew each minute. */
function useMinute(drawnMs: number): number {
  // What this machine's clock shows may be wrong.
  const aheadMs = useMemo(() => drawnMs - Date.now(), [drawnMs]);
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minuteMs);
    return () => clearInterval(timer);
  }, []);
  return nowMs + aheadMs;
}
