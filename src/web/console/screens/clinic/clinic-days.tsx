import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type {
  ClinicForm,
  ExceptionLine,
  HoursLine,
  WeekdayName,
} from '../../../../console/clinic-view.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { DateField, Field, Select } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { type ClinicWork, type Edit, tellTrouble } from './clinic-data.ts';
import { words } from './words.ts';

interface PartParts {
  form: ClinicForm;
  work: ClinicWork;
}

const weekdays: readonly WeekdayName[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** When the clinic is open: its week, its special days, its town's holidays. */
export function ClinicDays({ form, work }: PartParts) {
  return (
    <>
      <Hours form={form} work={work} />
      <Exceptions form={form} work={work} />
      <Municipal form={form} work={work} />
    </>
  );
}

interface ListParts<Line> {
  title: string;
  hint?: string;
  empty: string;
  add: string;
  before: readonly Line[];
  /** A line somebody begins with. */
  fresh: Line;
  mayEdit: boolean;
  save: (lines: Line[]) => Promise<void>;
  children: (line: Line, put: (line: Line) => void) => ComponentChildren;
}

/** Lines of one kind that are changed together and saved together. */
function LineList<Line extends object>(parts: ListParts<Line>) {
  const w = words();
  const [lines, setLines] = useState<readonly Line[]>(parts.before);
  const saving = useAction(async () => {
    await parts.save([...lines]);
    notify('info', w.saved);
  }, tellTrouble);
  const put = (at: number, line: Line) => setLines(lines.with(at, line));
  const isChanged = JSON.stringify(lines) !== JSON.stringify(parts.before);
  return (
    <fieldset class="panel stack" disabled={!parts.mayEdit}>
      <legend class="unseen">{parts.title}</legend>
      <div>
        <h2>{parts.title}</h2>
        {parts.hint && <p class="soft small">{parts.hint}</p>}
      </div>
      {lines.length === 0 && <p class="soft">{parts.empty}</p>}
      {lines.map((line, at) => (
        <div key={at} class="clinic-day">
          <div class="clinic-fields">{parts.children(line, (next) => put(at, next))}</div>
          <IconButton
            icon="trash"
            label={`${w.remove} ${at + 1}`}
            onClick={() => setLines(lines.toSpliced(at, 1))}
          />
        </div>
      ))}
      {parts.mayEdit && (
        <div class="row">
          <Button icon="plus" onClick={() => setLines([...lines, parts.fresh])}>
            {parts.add}
          </Button>
          <Button
            look="main"
            isBusy={saving.isRunning}
            disabled={!isChanged}
            onClick={() => void saving.run()}
          >
            {w.saveDraft}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function Hours({ form, work }: PartParts) {
  const w = words();
  return (
    <LineList<HoursLine>
      title={w.openingHours}
      empty={w.noHours}
      add={w.addHours}
      before={form.openingHours}
      fresh={{ days: ['mon'], from: '08:00', to: '18:00' }}
      mayEdit={work.mayEdit}
      save={(value) => work.edit({ field: 'openingHours', value })}
    >
      {(line, put) => (
        <>
          <div class="field grow">
            <span class="label">{w.weekdays}</span>
            <fieldset class="clinic-weekdays" aria-label={w.weekdays}>
              {weekdays.map((day) => (
                <button
                  key={day}
                  type="button"
                  class="button"
                  aria-pressed={line.days.includes(day)}
                  onClick={() => put({ ...line, days: toggled(line.days, day) })}
                >
                  {w[day]}
                </button>
              ))}
            </fieldset>
          </div>
          <Field
            label={w.from}
            type="time"
            value={line.from}
            onValue={(from) => put({ ...line, from })}
          />
          <Field label={w.to} type="time" value={line.to} onValue={(to) => put({ ...line, to })} />
        </>
      )}
    </LineList>
  );
}

function Exceptions({ form, work }: PartParts) {
  const w = words();
  const people = form.practitioners.map(({ id, name }) => ({ value: id, text: name }));
  return (
    <LineList<ExceptionLine>
      title={w.exceptions}
      hint={w.exceptionsHint}
      empty={w.noExceptions}
      add={w.addException}
      before={form.exceptions}
      fresh={{ from: '', closed: true }}
      mayEdit={work.mayEdit}
      save={(value) => work.edit({ field: 'exceptions', value: value.map(written) })}
    >
      {(line, put) => (
        <>
          <DateField
            label={w.firstDay}
            value={line.from}
            onValue={(from) => put({ ...line, from })}
          />
          <DateField
            label={w.lastDay}
            value={line.to ?? ''}
            onValue={(to) => put({ ...line, to })}
          />
          <Select
            label={w.who}
            value={line.practitioner ?? ''}
            onValue={(practitioner) => put({ ...line, practitioner })}
            options={[{ value: '', text: w.wholeClinic }, ...people]}
          />
          <Select
            label={w.kind}
            value={line.hours ? 'special' : 'closed'}
            onValue={(kind) => put(withKind(line, kind === 'special'))}
            options={[
              { value: 'closed', text: w.closed },
              { value: 'special', text: w.special },
            ]}
          />
          {line.hours?.map((stretch, at) => (
            <span key={at} class="row bottom">
              <Field
                label={w.from}
                type="time"
                value={stretch.from}
                onValue={(from) => put(withStretch(line, at, { ...stretch, from }))}
              />
              <Field
                label={w.to}
                type="time"
                value={stretch.to}
                onValue={(to) => put(withStretch(line, at, { ...stretch, to }))}
              />
            </span>
          ))}
          <Field
            label={w.reason}
            maxLength={200}
            value={line.note ?? ''}
            onValue={(note) => put({ ...line, note })}
          />
        </>
      )}
    </LineList>
  );
}

function Municipal({ form, work }: PartParts) {
  const w = words();
  return (
    <LineList<{ date: string; name: string }>
      title={w.municipal}
      hint={w.municipalHint}
      empty={w.noMunicipal}
      add={w.addMunicipal}
      before={form.municipal}
      fresh={{ date: '', name: '' }}
      mayEdit={work.mayEdit}
      save={(value) => work.edit({ field: 'municipal', value })}
    >
      {(line, put) => (
        <>
          <Field
            label={w.date}
            placeholder="12-08"
            value={line.date}
            onValue={(date) => put({ ...line, date })}
          />
          <Field
            label={w.name}
            maxLength={100}
            value={line.name}
            onValue={(name) => put({ ...line, name })}
          />
        </>
      )}
    </LineList>
  );
}

function toggled(days: readonly WeekdayName[], day: WeekdayName): WeekdayName[] {
  return weekdays.filter((one) => days.includes(one) !== (one === day));
}

function withKind(line: ExceptionLine, isSpecial: boolean): ExceptionLine {
  const { closed: _closed, hours: _hours, ...rest } = line;
  return isSpecial
    ? { ...rest, hours: [{ from: '08:00', to: '12:00' }] }
    : { ...rest, closed: true };
}

function withStretch(line: ExceptionLine, at: number, stretch: { from: string; to: string }) {
  return { ...line, hours: line.hours?.with(at, stretch) };
}

type ExceptionValue = Extract<Edit, { field: 'exceptions' }>['value'][number];

/** What was left empty is not written, in the order in which the file writes it. */
function written({ from, to, practitioner, closed, hours, note }: ExceptionLine): ExceptionValue {
  return {
    from,
    ...(to && to !== from ? { to } : {}),
    ...(practitioner ? { practitioner } : {}),
    ...(closed ? { closed } : {}),
    ...(hours ? { hours } : {}),
    ...(note?.trim() ? { note: note.trim() } : {}),
  };
}
