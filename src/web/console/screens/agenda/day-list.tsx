import type { AgendaLane, AgendaView, AppointmentEntry } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/feedback.tsx';
import { dayText, timeText } from '../../../ui/formats.ts';
import { chosenLane, laneName, laneNote } from './agenda-grid.tsx';
import type { AgendaPlace } from './agenda-place.ts';
import { isQuiet } from './grid-layout.ts';
import type { GridActs } from './lane-column.tsx';
import { reasonWord, statusWord, words } from './words.ts';

/** The same as a list: on a phone, and on paper (a page for each professional). */
export function DayList({
  view,
  place,
  acts,
}: {
  view: AgendaView;
  place: AgendaPlace;
  acts: GridActs;
}) {
  const w = words();
  const lanes = place.view === 'week' ? [chosenLane(view.lanes, place.lane)] : view.lanes;
  const parts = lanes.flatMap((lane) =>
    (lane?.days ?? []).flatMap((part, i) => {
      const day = view.days[i];
      return lane && day && !isQuiet(part) ? [{ lane, part, day }] : [];
    }),
  );
  return (
    <div class="agenda-list stack">
      {parts.map(({ lane, part, day }) => (
        <section key={`${lane.id}/${day.date}`} class="panel agenda-sheet">
          <h2>{laneName(lane, w)}</h2>
          <p class="soft">
            {dayText(day.date)} · {view.clinic.name}
            {part.closed && ` · ${laneNote(part, day, w)}`}
          </p>
          <ul class="agenda-lines">
            {part.openings
              .filter(({ places }) => places !== null)
              .map(({ startMs, endMs, mode, places }) => (
                <li key={`${startMs}/${mode}`} class="soft small">
                  {timeText(startMs, acts.timeZone)} ·{' '}
                  {mode === 'walk-in' ? w.walkInUntil(timeText(endMs, acts.timeZone)) : w.arrival} ·{' '}
                  {places && w.places(places.taken, places.all)}
                </li>
              ))}
            {part.entries.map((entry) => (
              <li key={`${entry.id}/${entry.startMs}`}>
                <span class="figures">{timeText(entry.startMs, acts.timeZone)}</span>
                {entry.kind === 'appointment' && <Visit entry={entry} acts={acts} />}
                {entry.kind === 'hold' && <span>{w.held}</span>}
                {entry.kind === 'block' && (
                  <span>
                    {w.blocked}: {reasonWord(entry.reason, w)},{' '}
                    {timeText(entry.endMs, acts.timeZone)}
                  </span>
                )}
              </li>
            ))}
          </ul>
          <BookHere lane={lane} acts={acts} part={part} />
        </section>
      ))}
    </div>
  );
}

function Visit({ entry, acts }: { entry: AppointmentEntry; acts: GridActs }) {
  const w = words();
  return (
    <>
      <button type="button" class="agenda-name" onClick={() => acts.onOpen(entry.id)}>
        {entry.patient}
        <span class="small soft">{entry.service}</span>
      </button>
      <Badge tone={tones[entry.status] ?? 'plain'}>{statusWord(entry.status, w)}</Badge>
    </>
  );
}

const tones: Partial<Record<string, 'good' | 'warn' | 'info'>> = {
  arrived: 'info',
  fulfilled: 'good',
  noshow: 'warn',
};

function BookHere({
  lane,
  part,
  acts,
}: {
  lane: AgendaLane;
  part: AgendaLane['days'][number];
  acts: GridActs;
}) {
  const w = words();
  const free = part.openings.flatMap((opening) => opening.free)[0];
  if (!free || !acts.mayChange) return null;
  return (
    <div class="agenda-below no-print">
      <Button
        icon="plus"
        onClick={() => acts.onBook({ lane: lane.id, date: part.date, startMs: free.startMs })}
      >
        {w.book}
      </Button>
    </div>
  );
}
