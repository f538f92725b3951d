import type {
  AgendaDay,
  AgendaLane,
  AppointmentEntry,
  LaneDay,
} from '../../../../console/agenda-view.ts';
import { timeText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import type { Dragging } from './dragging.ts';
import {
  type Box,
  freeIn,
  type Placed,
  placedIn,
  rowMinutes,
  rowPx,
  type Span,
} from './grid-layout.ts';
import { reasonWord, statusWord, words } from './words.ts';

/** What a column lets somebody do. */
export interface GridActs {
  mayChange: boolean;
  timeZone: string;
  onOpen: (id: string) => void;
  onMove: (entry: AppointmentEntry) => void;
  onBook: (wish: { lane: string; date: string; startMs: number }) => void;
  onUnblock: (block: { id: string; reason: string }) => void;
}

const minuteMs = 60_000;

/** One lane on one day, or one day of a lane: what is free lies below what is taken. */
export function LaneColumn({
  lane,
  part,
  day,
  hours,
  acts,
  dragging,
  nowMs,
}: {
  lane: Pick<AgendaLane, 'id' | 'name' | 'kind'>;
  part: LaneDay;
  day: AgendaDay;
  hours: Span;
  acts: GridActs;
  dragging: Dragging;
  nowMs: number;
}) {
  const w = words();
  const { timeZone, mayChange } = acts;
  const nowMinute = (nowMs - day.startMs) / minuteMs;
  const drop = dragging.drop;
  const isTarget = drop?.lane === lane.id && drop.date === day.date;
  return (
    <div class="agenda-column" data-lane={lane.id} data-date={day.date} data-start={day.startMs}>
      {freeIn(part, day).map((free) => (
        <button
          key={free.startMs}
          type="button"
          class="agenda-free"
          style={place(free, hours)}
          disabled={!mayChange}
          aria-label={`${lane.name}, ${w.free(timeText(free.startMs, timeZone), timeText(free.endMs, timeZone))}`}
          onClick={(event) => {
            const startMs = clickedMs(event, free);
            acts.onBook({ lane: lane.id, date: day.date, startMs });
          }}
        >
          {w.freeShort}
        </button>
      ))}
      {placedIn(part, day).map((placed) => (
        <BoxOf
          key={keyOf(placed.box)}
          placed={placed}
          {...{ lane, day, hours, acts, dragging, nowMs }}
        />
      ))}
      {nowMinute >= hours.from && nowMinute <= hours.until && (
        <i class="agenda-now" style={{ top: topOf(nowMinute, hours) }} aria-hidden="true" />
      )}
      {isTarget && (
        <i class="agenda-drop" style={{ top: topOf(drop.minute, hours) }} aria-hidden="true">
          {timeText(drop.startMs, timeZone)}
        </i>
      )}
    </div>
  );
}

function BoxOf({
  placed,
  lane,
  day,
  hours,
  acts,
  dragging,
  nowMs,
}: {
  placed: Placed;
  lane: Pick<AgendaLane, 'id' | 'name'>;
  day: AgendaDay;
  hours: Span;
  acts: GridActs;
  dragging: Dragging;
  nowMs: number;
}) {
  const w = words();
  const { box } = placed;
  const style = placeBeside(placed, hours);
  if (box.kind === 'appointment')
    return <Entry entry={box} style={style} {...{ acts, dragging, nowMs }} />;
  if (box.kind === 'hold')
    return (
      <div class="agenda-hold" style={style}>
        <Icon name="clock" />
        {w.held} <span class="small">{w.heldUntil(timeText(box.untilMs, acts.timeZone))}</span>
      </div>
    );
  if (box.kind === 'block')
    return (
      <button
        type="button"
        class="agenda-block"
        style={style}
        disabled={!acts.mayChange}
        onClick={() => acts.onUnblock(box)}
      >
        <Icon name="lock" /> {w.blocked}: {reasonWord(box.reason, w)}
      </button>
    );
  const { startMs, entries, places } = box;
  const left = places ? places.all - places.taken : 0;
  return (
    <div class="agenda-group" style={style}>
      <p class="small">
        <strong class="figures">{timeText(startMs, acts.timeZone)}</strong>{' '}
        {places ? w.places(places.taken, places.all) : w.people(entries.length)}
        {places && left <= 0 && <b> · {w.full}</b>} ·{' '}
        {box.isWalkIn ? w.walkInUntil(timeText(box.endMs, acts.timeZone)) : w.arrival}
      </p>
      {entries.map((entry) => (
        <Entry
          key={`${entry.id}/${entry.item}`}
          entry={entry}
          isLine
          {...{ acts, dragging, nowMs }}
        />
      ))}
      {box.isFree && acts.mayChange && (
        <button
          type="button"
          class="agenda-add"
          aria-label={`${lane.name}, ${timeText(startMs, acts.timeZone)}: ${places ? w.addHere(left) : w.book}`}
          onClick={() => acts.onBook({ lane: lane.id, date: day.date, startMs })}
        >
          <Icon name="plus" /> {w.book}
        </button>
      )}
    </div>
  );
}

/** One visit: opens by a click or Enter, moves by dragging or the key M. */
function Entry({
  entry,
  acts,
  dragging,
  nowMs,
  style,
  isLine = false,
}: {
  entry: AppointmentEntry;
  acts: GridActs;
  dragging: Dragging;
  nowMs: number;
  style?: Record<string, string>;
  isLine?: boolean;
}) {
  const w = words();
  const { status, patient, service, answer } = entry;
  const mayMove = acts.mayChange && status === 'booked' && entry.startMs > nowMs;
  const state = status === 'booked' ? answerWord(answer, w) : statusWord(status, w);
  return (
    <button
      type="button"
      class={`agenda-entry ${status}${isLine ? ' line' : ''}${dragging.id === entry.id ? ' dragged' : ''}`}
      {...(style ? { style } : {})}
      title={`${patient}, ${service}`}
      aria-keyshortcuts={mayMove ? 'M' : undefined}
      onClick={() => dragging.endedNow() || acts.onOpen(entry.id)}
      onKeyDown={(event) => {
        if (event.key.toLowerCase() !== 'm' || !mayMove || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        acts.onMove(entry);
      }}
      onPointerDown={(event) => mayMove && dragging.begin(event, entry)}
    >
      <span class="agenda-who">
        {!isLine && <b class="figures">{timeText(entry.startMs, acts.timeZone)}</b>} {patient}
      </span>
      <span class="agenda-what">
        {service}
        {entry.byStaff && ` · ${w.byStaff}`}
      </span>
      {state && <span class="agenda-state">{state}</span>}
    </button>
  );
}

function answerWord(answer: AppointmentEntry['answer'], w: ReturnType<typeof words>): string {
  if (answer === 'confirmed') return w.confirmed;
  if (answer === 'wants-to-move') return w.wantsToMove;
  return answer === 'cancel' ? w.wantsToCancel : '';
}

function keyOf(box: Box): string {
  return box.kind === 'group' ? `group/${box.startMs}` : `${box.kind}/${box.id}/${box.startMs}`;
}

const topOf = (minute: number, hours: Span) =>
  `${Math.max(0, ((minute - hours.from) / rowMinutes) * rowPx)}px`;

function place(span: Span, hours: Span): Record<string, string> {
  const from = Math.max(span.from, hours.from);
  const until = Math.min(span.until, hours.until);
  return {
    top: topOf(from, hours),
    height: `${Math.max(1, ((until - from) / rowMinutes) * rowPx - 1)}px`,
  };
}

function placeBeside({ span, column, columns }: Placed, hours: Span): Record<string, string> {
  const width = 100 / columns;
  return {
    ...place(span, hours),
    left: `calc(${column * width}% + 2px)`,
    width: `calc(${width}% - 5px)`,
  };
}

/** Where in a free stretch somebody clicked; by the keyboard, its beginning. In steps of rows. */
function clickedMs(
  event: MouseEvent & { currentTarget: HTMLElement },
  free: { startMs: number; endMs: number },
): number {
  if (event.detail === 0) return free.startMs;
  const { top } = event.currentTarget.getBoundingClientRect();
  const rows = Math.max(0, Math.floor((event.clientY - top) / rowPx));
  return Math.min(free.endMs - rowMinutes * minuteMs, free.startMs + rows * rowMinutes * minuteMs);
}
