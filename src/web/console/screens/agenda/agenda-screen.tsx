import { useState } from 'preact/hooks';
import type { AppointmentEntry, DrawnAgenda } from '../../../../console/agenda-view.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { dayText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic, person } from '../../session.ts';
import { AgendaGrid, chosenLane, dayNote, laneName, laneNote } from './agenda-grid.tsx';
import { type AgendaPlace, goTo, placeOf, rangeOf, stepped } from './agenda-place.ts';
import './agenda.css';
import { AppointmentPanel } from './appointment-panel.tsx';
import { BlockDialog } from './block-dialog.tsx';
import { BookDialog, type BookStart } from './book-dialog.tsx';
import { CalendarsDialog } from './calendars-dialog.tsx';
import { DayList } from './day-list.tsx';
import { isQuiet } from './grid-layout.ts';
import type { GridActs } from './lane-column.tsx';
import { MoveDialog, type MoveStart } from './move-dialog.tsx';
import { SearchBox } from './search-box.tsx';
import { useAgenda } from './use-agenda.ts';
import { reasonWord, words } from './words.ts';

/** What stands before the agenda; one at a time. */
type Doing =
  | { what: 'book'; start: BookStart }
  | { what: 'move'; start: MoveStart }
  | { what: 'block' }
  | { what: 'calendars' }
  | { what: 'unblock'; id: string; reason: string };

export default function AgendaScreen({ query }: ScreenParts) {
  const here = clinic.value;
  if (!here) return null;
  return <Agenda key={here.id} id={here.id} timeZone={here.timeZone} query={query} />;
}

function Agenda({ id, timeZone, query }: { id: string; timeZone: string; query: URLSearchParams }) {
  const w = words();
  const place = placeOf(query, timeZone, Date.now());
  const agenda = useAgenda(id, rangeOf(place), place.by);
  const [doing, setDoing] = useState<Doing>();
  const mayChange = person.value?.role !== 'auditor';
  const done = () => {
    setDoing(undefined);
    agenda.reload();
  };
  const acts: GridActs = {
    mayChange,
    timeZone,
    onOpen: (open) => goTo({ ...place, open }),
    onMove: (entry) => setDoing({ what: 'move', start: { id: entry.id, item: entry.item } }),
    onBook: (start) => setDoing({ what: 'book', start }),
    onUnblock: ({ id: block, reason }) => setDoing({ what: 'unblock', id: block, reason }),
  };
  const onDrop = (entry: AppointmentEntry, to: { lane: string; date: string; startMs: number }) =>
    setDoing({ what: 'move', start: { id: entry.id, item: entry.item, to } });
  const lanes = agenda.value?.lanes ?? [];
  return (
    <>
      <ScreenHead title={w.title}>
        <SearchBox
          clinic={id}
          onChoose={({ day, id: open }) => goTo({ ...place, view: 'day', day, open })}
        />
        {mayChange && (
          <Button
            look="main"
            icon="plus"
            onClick={() => acts.onBook({ lane: '', date: place.day, startMs: 0 })}
          >
            {w.book}
          </Button>
        )}
        <Menu
          label={w.more}
          look="plain"
          items={[
            ...(mayChange
              ? [
                  {
                    text: w.block,
                    icon: 'lock' as const,
                    onChoose: () => setDoing({ what: 'block' }),
                  },
                ]
              : []),
            { text: w.print, icon: 'print', onChoose: () => print() },
            {
              text: w.calendars,
              icon: 'calendar',
              onChoose: () => setDoing({ what: 'calendars' }),
            },
          ]}
        >
          <Icon name="menu" />
        </Menu>
      </ScreenHead>
      <Toolbar place={place} view={agenda.value} />
      <Loaded remote={agenda} lines={10}>
        {(view) => (
          <>
            <DayNotes view={view} place={place} />
            <AgendaGrid view={view} place={place} acts={acts} onDrop={onDrop} />
            <DayList view={view} place={place} acts={acts} />
            {mayChange && <p class="soft small agenda-hint no-print">{w.moveHint}</p>}
          </>
        )}
      </Loaded>
      {place.open && !doing && (
        <AppointmentPanel
          id={place.open}
          timeZone={timeZone}
          acts={{
            mayChange,
            onClose: () => goTo({ ...place, open: '' }),
            onChanged: agenda.reload,
            onMove: (moved) => {
              goTo({ ...place, open: '' });
              setDoing({ what: 'move', start: { id: moved, item: 0 } });
            },
            onOpen: acts.onOpen,
          }}
        />
      )}
      {doing?.what === 'book' && (
        <BookDialog
          clinic={id}
          start={doing.start}
          onClose={() => setDoing(undefined)}
          onBooked={(booked) => {
            done();
            goTo({ ...place, day: booked.day });
          }}
        />
      )}
      {doing?.what === 'move' && (
        <MoveDialog
          clinic={id}
          start={doing.start}
          onClose={() => setDoing(undefined)}
          onMoved={(moved) => {
            done();
            goTo({ ...place, day: moved.day, open: '' });
          }}
        />
      )}
      {doing?.what === 'block' && (
        <BlockDialog
          clinic={id}
          lanes={lanes}
          date={place.day}
          onClose={() => setDoing(undefined)}
          onBlocked={done}
          onOpen={(open) => {
            setDoing(undefined);
            acts.onOpen(open);
          }}
        />
      )}
      {doing?.what === 'calendars' && (
        <CalendarsDialog
          clinic={id}
          lanes={lanes}
          mayChange={mayChange}
          onClose={() => setDoing(undefined)}
        />
      )}
      {doing?.what === 'unblock' && (
        <Unblock block={doing} onClose={() => setDoing(undefined)} onDone={done} />
      )}
    </>
  );
}

function Toolbar({ place, view }: { place: AgendaPlace; view: DrawnAgenda | undefined }) {
  const w = words();
  const lane = view && chosenLane(view.lanes, place.lane);
  return (
    <div class="agenda-bar no-print">
      <div class="row">
        <IconButton icon="left" label={w.before} onClick={() => goTo(stepped(place, -1))} />
        <Button onClick={() => goTo({ ...place, day: '' })}>{w.today}</Button>
        <IconButton icon="right" label={w.after} onClick={() => goTo(stepped(place, 1))} />
        <input
          class="input"
          type="date"
          aria-label={w.goToDay}
          value={place.day}
          onChange={(event) =>
            event.currentTarget.value && goTo({ ...place, day: event.currentTarget.value })
          }
        />
        <strong class="agenda-day">{dayText(place.day)}</strong>
      </div>
      <div class="row">
        {place.view === 'week' && view && (
          <select
            class="input"
            aria-label={w.lane}
            value={lane?.id ?? ''}
            onChange={(event) => goTo({ ...place, lane: event.currentTarget.value })}
          >
            {view.lanes.map((one) => (
              <option key={one.id} value={one.id} selected={one.id === lane?.id}>
                {laneName(one, w)}
              </option>
            ))}
          </select>
        )}
        <Choice
          label={w.groupBy}
          chosen={place.by}
          options={[
            ['practitioner', w.practitioners],
            ['room', w.rooms],
          ]}
          onChoose={(by) => goTo({ ...place, by, lane: '' })}
        />
        <Choice
          label={w.title}
          chosen={place.view}
          options={[
            ['day', w.day],
            ['week', w.week],
          ]}
          onChoose={(next) => goTo({ ...place, view: next })}
        />
      </div>
    </div>
  );
}

function Choice<Value extends string>({
  label,
  chosen,
  options,
  onChoose,
}: {
  label: string;
  chosen: Value;
  options: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
}) {
  return (
    <fieldset class="agenda-choice">
      <legend class="unseen">{label}</legend>
      {options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}

/** Why the clinic is closed, and who is not there. */
function DayNotes({ view, place }: { view: DrawnAgenda; place: AgendaPlace }) {
  const w = words();
  const [day] = view.days;
  if (place.view === 'week' || !day) return null;
  const note = dayNote(day, w);
  const absent = view.lanes.filter(({ days: [part] }) => part && isQuiet(part));
  return (
    <>
      {note && <Callout tone="warn">{note}</Callout>}
      {!note && place.by === 'practitioner' && absent.length > 0 && (
        <details class="agenda-absent small soft no-print">
          <summary>
            {w.absent} {absent.length}
          </summary>
          <ul>
            {absent.map((lane) => {
              const [part] = lane.days;
              return (
                <li key={lane.id}>
                  {laneName(lane, w)}
                  {part?.closed?.reason === 'exception' && `: ${laneNote(part, day, w)}`}
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </>
  );
}

function Unblock({
  block,
  onClose,
  onDone,
}: {
  block: { id: string; reason: string };
  onClose: () => void;
  onDone: () => void;
}) {
  const w = words();
  const open = useAction(async () => {
    await api('DELETE', `/agenda/blocks/${block.id}`);
    notify('good', w.unblocked);
    onDone();
  });
  return (
    <Confirm
      title={w.unblock}
      action={w.unblock}
      look="main"
      isBusy={open.isRunning}
      onConfirm={() => void open.run()}
      onClose={onClose}
    >
      <p>{w.unblockText(reasonWord(block.reason, w))}</p>
    </Confirm>
  );
}
