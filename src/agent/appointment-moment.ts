import { Temporal } from 'temporal-polyfill';
import {
  type AppointmentDraft,
  type AppointmentRequest,
  type Checked,
  type RequestRefusal,
  type RequestSituation,
  refusal,
} from './appointment-draft.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { firstOpenDay, type OpenStretch, openStretches } from './opening-hours.ts';
import { spokenDate, spokenTime } from './spoken-portuguese.ts';

/** People book ahead by months; a year off is a slip of the tongue or of the model. */
const mostYearsAhead = 1;

/** The wanted day and time: real, ahead of now, and within the clinic's opening hours where they are known. */
export function checkMoment(
  { day, time }: AppointmentRequest,
  { clinic, now }: RequestSituation,
): Checked<Pick<AppointmentDraft, 'day' | 'time'>> {
  const date = parseDay(day);
  if (!date) {
    return refusal('invalid-day', 'day', 'Essa data não existe no calendário. Para que dia seria?');
  }
  const clock = parseTime(time);
  if (!clock) return refusal('invalid-time', 'time', 'Não entendi o horário. A que horas seria?');
  const today = now.toPlainDate();
  if (Temporal.PlainDate.compare(date, today) < 0) {
    return refusal('past-day', 'day', 'Esse dia já passou. Para que dia seria?');
  }
  if (Temporal.PlainDate.compare(date, today.add({ years: mostYearsAhead })) > 0) {
    return refusal(
      'too-far',
      'day',
      'Só anoto pedidos para até um ano à frente. Para que dia seria?',
    );
  }
  if (date.equals(today) && Temporal.PlainTime.compare(clock, now.toPlainTime()) <= 0) {
    return refusal('past-time', 'time', 'Esse horário de hoje já passou. A que horas seria?');
  }
  return (
    checkOpen(clinic, date, clock) ?? { value: { day: date.toString(), time: minutes(clock) } }
  );
}

function checkOpen(
  clinic: ClinicProfile,
  date: Temporal.PlainDate,
  time: Temporal.PlainTime,
): { refusal: RequestRefusal } | undefined {
  const stretches = openStretches(clinic, date);
  if (!stretches) return undefined;
  if (stretches.length === 0) return closedDay(clinic, date);
  const at = minutes(time);
  if (stretches.some(({ from, to }) => from <= at && at < to)) return undefined;
  const message = `Nesse dia o atendimento é ${spokenStretches(stretches)}. Qual horário fica bom?`;
  return refusal('outside-hours', 'time', message);
}

function closedDay(clinic: ClinicProfile, date: Temporal.PlainDate) {
  const closed = `Não há atendimento ${spokenDate(date, date.year)}.`;
  const next = firstOpenDay(clinic, date);
  const stretches = next && openStretches(clinic, next);
  if (!next || !stretches)
    return refusal('closed-day', 'day', `${closed} Para que outro dia seria?`);
  const alternative = `O próximo dia é ${spokenDate(next, date.year)}, ${spokenStretches(stretches)}.`;
  return refusal('closed-day', 'day', `${closed} ${alternative} Pode ser?`);
}

function spokenStretches(stretches: readonly OpenStretch[]): string {
  return stretches
    .map(({ from, to }) => `entre ${spokenTime(toTime(from))} e ${spokenTime(toTime(to))}`)
    .join(' ou ');
}

function parseDay(text: string): Temporal.PlainDate | undefined {
  const day = text.trim();
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

function parseTime(text: string): Temporal.PlainTime | undefined {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  if (Number(hour) > 23 || Number(minute) > 59 || hour === undefined) return undefined;
  return new Temporal.PlainTime(Number(hour), Number(minute));
}

function toTime(text: string): Temporal.PlainTime {
  return Temporal.PlainTime.from(text);
}

function minutes(time: Temporal.PlainTime): string {
  return time.toString({ smallestUnit: 'minute' });
}
