import { Temporal } from 'temporal-polyfill';
import { spokenName } from './catalogue.ts';
import {
  type ClinicProfile,
  type Offer,
  type Practitioner,
  type Schedule,
  type Service,
  toCentavos,
  type Weekday,
} from './clinic-profile.ts';
import { weekdayNames, writtenDate, writtenMoney } from './spoken-portuguese.ts';

/** What the clinic offers, compactly, for the model to read: one line for each specialty's person and each service. */
export function catalogueText(clinic: ClinicProfile): string {
  const consultations = clinic.practitioners.map(practitionerLine);
  const hasExams = clinic.services.some(({ kind }) => kind === 'exam');
  const services = clinic.services.map((service) => serviceLine(service, clinic));
  return [
    ...section('## Profissionais', consultations),
    ...section(hasExams ? '## Exames' : '## Serviços', services),
  ].join('\n');
}

function section(title: string, lines: string[]): string[] {
  return lines.length > 0 ? [title, ...lines.map((line) => `- ${line}`)] : [];
}

function practitionerLine(one: Practitioner): string {
  return joined([
    `${spokenName(one)}, ${one.specialties.join(' e ')}`,
    ...one.schedules.map((schedule) => scheduleText(schedule)),
    one.consultations
      .map(({ name, priceReais, returnVisitIncluded }) => {
        const price = `${name} ${money(priceReais)}`;
        return returnVisitIncluded ? `${price} com direito a retorno` : price;
      })
      .join(', '),
    labelled('levar', one.bring),
    one.arriveMinutesBefore ? `chegar ${one.arriveMinutesBefore} min antes` : '',
    one.notes ?? '',
  ]);
}

function serviceLine(service: Service, clinic: ClinicProfile): string {
  const age = service.suggestedAge;
  return joined([
    service.name,
    ...service.schedules.map((schedule) => {
      const who = schedule.practitioner && shortName(schedule.practitioner, clinic);
      return who ? `${scheduleText(schedule)} (${who})` : scheduleText(schedule);
    }),
    offersText(service.offers, clinic),
    service.variants
      .map(({ name, offers }) => `${name}: ${offersText(offers, clinic)}`)
      .join(' | '),
    labelled('levar', service.bring),
    labelled('preparo', service.preparation),
    labelled('exige', service.requires),
    age
      ? `indicado até ${age.withinDays} dias de vida${age.orMedicalAdvice ? ' ou como o médico orientar' : ''}`
      : '',
    service.notes ?? '',
  ]);
}

function offersText(offers: readonly Offer[], clinic: ClinicProfile): string {
  return offers
    .map(({ practitioner, priceReais }) => {
      const who = practitioner ? `${shortName(practitioner, clinic)} ` : '';
      return `${who}${money(priceReais)}`;
    })
    .join(', ');
}

function money(priceReais: number): string {
  return writtenMoney(toCentavos(priceReais));
}

/** Title and first name: enough within one clinic's list. */
function shortName(id: string, { practitioners }: ClinicProfile): string {
  const one = practitioners.find((practitioner) => practitioner.id === id);
  const firstName = one?.name.split(' ')[0] ?? id;
  return one?.title ? `${one.title} ${firstName}` : firstName;
}

/** `a cada 15 dias desde 01/11/2026, 14:00`; `terças, com hora marcada`; `seg a sex, 06:00–09:00 por ordem de chegada`. */
export function scheduleText(schedule: Schedule): string {
  const note = schedule.note ? ` (${schedule.note})` : '';
  return `${daysText(schedule)}, ${hoursText(schedule)}${note}`;
}

function daysText(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'every-n-days':
      return `a cada ${schedule.n} dias a contar de ${dateText(schedule.from)}`;
    case 'weekly':
    case 'window':
      return `${weekdaysText(schedule.days)}${sinceText(schedule.since)}`;
    case 'monthly':
      return schedule.day === undefined
        ? 'uma vez por mês, em dia que a clínica divulga'
        : `uma vez por mês, dia ${schedule.day}${sinceText(schedule.since)}`;
    case 'dates': {
      const times = schedule.timesPerYear ? `${schedule.timesPerYear} vezes por ano: ` : '';
      return `${times}${schedule.dates.map(dateText).join(', ')}`;
    }
  }
}

function hoursText(schedule: Schedule): string {
  if (schedule.kind === 'window') return `${schedule.from}–${schedule.to} por ordem de chegada`;
  const { at, until, byAppointedTime } = schedule;
  const times = at && until ? `${at}–${until}` : (at ?? '');
  if (!byAppointedTime) return times;
  return times ? `${times}, com hora marcada` : 'com hora marcada';
}

export function weekdaysText(days: readonly Weekday[]): string {
  const workdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
  if (days.length === 5 && workdays.every((day) => days.includes(day))) return 'segunda a sexta';
  return days.map((day) => weekdayNames[day].replace('-feira', '')).join(' e ');
}

function sinceText(since: string | undefined): string {
  return since ? ` (desde ${dateText(since)})` : '';
}

function dateText(date: string): string {
  return writtenDate(Temporal.PlainDate.from(date), true);
}

function labelled(label: string, items: readonly string[]): string {
  return items.length > 0 ? `${label}: ${items.join(', ')}` : '';
}

function joined(parts: readonly string[]): string {
  return parts.filter(Boolean).join('; ');
}
