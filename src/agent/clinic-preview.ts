import { Temporal } from 'temporal-polyfill';
import { candidatesOf } from '../scheduling/availability.ts';
import { type Calendar, openingsFor } from '../scheduling/offer.ts';
import {
  awaitsAnnouncement,
  type DateRange,
  type Opening,
  occurrencesOf,
} from '../scheduling/recurrence.ts';
import { addDays } from '../scheduling/wall-time.ts';
import { type Bookable, bookablesOf } from './clinic-agenda.ts';
import { clinicCalendar, holidayOn } from './clinic-calendar.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { weekdayNames, weekdayOf, writtenDate, writtenMoney } from './spoken-portuguese.ts';

/** Days shown: what most callers ask about. */
const previewDays = 30;
/** How far the next time of something rare is looked for: two years, as far as rules are worked out. */
const farthestDays = 731;
/** Widest column; longer names are cut. */
const widestCell = 46;

/** What is offered at the same time by the same person and counts as one line: forms of one exam, kinds of one visit. */
interface Offered {
  bookables: readonly [Bookable, ...Bookable[]];
  name: string;
}

/** A clinic's file as its staff would see it: what can be had in the next 30 days, and what cannot and why. Pure. */
export function clinicPreview(clinic: ClinicProfile, from: string): string {
  const calendar = clinicCalendar(clinic);
  const range = { from, to: addDays(from, previewDays - 1) };
  const offered = offeredBy(bookablesOf(clinic));
  const rows = offered
    .flatMap((one) => rowsOf(one, range, calendar))
    .sort((a, b) => a.startMs - b.startMs || a.cells.join().localeCompare(b.cells.join()));
  const title = `${clinic.name}: vagas de ${dayText(range.from)} a ${dayText(range.to)}`;
  const missing = offered.filter((one) => openingsOf(one, range, calendar).length === 0);
  return [
    title,
    '',
    ...tableOf(withoutRepeatedDays(rows.map(({ cells }) => cells))),
    ...section('Dias diferentes', specialDays(clinic, range)),
    ...section(
      'Sem vaga neste período',
      missing.map((one) => `${nameWithPeople(one)}: ${reasonOf(one, clinic, calendar, range)}`),
    ),
    '',
  ].join('\n');
}

const header = ['dia', 'hora', 'o quê', 'com quem', 'vagas', 'preço'];

function offeredBy(bookables: readonly Bookable[]): Offered[] {
  const groups = new Map<string, [Bookable, ...Bookable[]]>();
  for (const one of bookables) {
    const { serviceId, practitionerId, plan } = one;
    const key = JSON.stringify([serviceId.split('/')[0], practitionerId, plan.rules]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()].map((group) => ({ bookables: group, name: groupName(group) }));
}

/** “Ultrassonografia (8 tipos)”, “Consulta de Psicologia, Sessão de Psicologia”. */
function groupName([first, ...rest]: Offered['bookables']): string {
  if (rest.length === 0) return first.serviceName;
  const variantOf = / \([^)]*\)$/;
  if (variantOf.test(first.serviceName))
    return `${first.serviceName.replace(variantOf, '')} (${rest.length + 1} tipos)`;
  return [first, ...rest].map(({ serviceName }) => serviceName).join(', ');
}

interface Row {
  startMs: number;
  cells: string[];
}

function rowsOf(offered: Offered, range: DateRange, calendar: Calendar): Row[] {
  const [{ practitionerName, plan }] = offered.bookables;
  return openingsOf(offered, range, calendar).map((opening) => {
    const times = candidatesOf(opening, plan.needs, calendar.timeZone).length;
    const capacity = plan.needs.resources[0]?.[0]?.capacity ?? 1;
    const places = opening.mode === 'appointed' ? times * capacity : (opening.places ?? capacity);
    const cells = [
      dayText(opening.date),
      timesText(opening, plan.needs.stepMinutes),
      offered.name,
      practitionerName ?? 'equipe',
      String(places),
      pricesText(offered.bookables),
    ];
    return { startMs: opening.startMs, cells };
  });
}

/** Openings that have a time at all. */
function openingsOf({ bookables }: Offered, range: DateRange, calendar: Calendar): Opening[] {
  const [{ plan }] = bookables;
  return openingsFor(plan, range, calendar).filter(
    (opening) => candidatesOf(opening, plan.needs, calendar.timeZone).length > 0,
  );
}

function timesText({ from, until, mode }: Opening, stepMinutes: number): string {
  const times = until ? `${from}–${until}` : from;
  return mode === 'appointed' ? `${times} a cada ${stepMinutes} min` : `${times} por chegada`;
}

function pricesText(bookables: readonly Bookable[]): string {
  const prices = bookables.flatMap(({ priceCentavos }) => priceCentavos ?? []);
  if (prices.length === 0) return 'não informado';
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  return least === most ? writtenMoney(least) : `${writtenMoney(least)} a ${writtenMoney(most)}`;
}

function nameWithPeople({ bookables: [{ practitionerName }], name }: Offered): string {
  return practitionerName ? `${name}, ${practitionerName}` : name;
}

function reasonOf(
  offered: Offered,
  clinic: ClinicProfile,
  calendar: Calendar,
  range: DateRange,
): string {
  const { rules } = offered.bookables[0].plan;
  if (rules.length === 0) return 'o arquivo não diz os dias (“schedules”)';
  if (rules.every((rule) => awaitsAnnouncement(rule, range.from)))
    return 'espera a clínica divulgar o dia (“announced”)';
  const closed = rules.flatMap((rule) => occurrencesOf(rule, range)).map(({ date }) => date);
  const fallsOn = closed.map((date) => `${dayText(date)}${because(clinic, date)}`).join(', ');
  const lost = fallsOn ? `cai em dia ou hora sem atendimento: ${fallsOn}; ` : '';
  const far = { from: range.to, to: addDays(range.from, farthestDays - 1) };
  const next = openingsOf(offered, far, calendar)[0]?.date;
  if (!next) return `${lost}não há mais nenhuma data`;
  const horizon = addDays(range.from, clinic.booking.horizonDays);
  const late = next > horizon ? `, além do prazo de ${clinic.booking.horizonDays} dias` : '';
  return `${lost}próxima data ${fullDate(next)}${late}`;
}

function because(clinic: ClinicProfile, date: string): string {
  const name = holidayOn(clinic, date)?.name;
  return name ? ` (${name})` : '';
}

/** Holidays and exceptions of these days, one a line. */
function specialDays(clinic: ClinicProfile, range: DateRange): string[] {
  const dates = Array.from({ length: previewDays }, (_, i) => addDays(range.from, i));
  const holidays = dates.flatMap((date) => {
    const holiday = holidayOn(clinic, date);
    return holiday ? [{ date, line: `${dayText(date)}: fechado, ${holiday.name}` }] : [];
  });
  const exceptions = clinic.exceptions
    .filter(({ from, to = from }) => from <= range.to && to >= range.from)
    .map(({ from, to, practitioner, hours, note }) => {
      const days = to && to !== from ? `${dayText(from)} a ${dayText(to)}` : dayText(from);
      const open = hours?.map((one) => `${one.from}–${one.to}`).join(' e ') ?? 'fechado';
      const who = clinic.practitioners.find(({ id }) => id === practitioner)?.name;
      const line = `${days}: ${[open, who, note].filter(Boolean).join(', ')}`;
      return { date: from, line };
    });
  return [...holidays, ...exceptions]
    .sort((a, b) => a.date.localeCompare(b.date))
    .map(({ line }) => line);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', `${title}:`, ...lines.map((line) => `  ${line}`)] : [];
}

function withoutRepeatedDays(rows: readonly string[][]): string[][] {
  return rows.map(([day = '', ...rest], i) => [day === rows[i - 1]?.[0] ? '' : day, ...rest]);
}

function tableOf(rows: readonly string[][]): string[] {
  if (rows.length === 0) return ['  (nenhuma vaga)'];
  const all = [header, ...rows].map((row) => row.map(shortened));
  const widths = header.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
  const [top = header, ...body] = all;
  return [line(top), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

function shortened(cell: string): string {
  return cell.length > widestCell ? `${cell.slice(0, widestCell - 1)}…` : cell;
}

/** `seg 30/11` */
function dayText(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return `${weekdayNames[weekdayOf(day)].slice(0, 3)} ${writtenDate(day, false)}`;
}

function fullDate(date: string): string {
  return writtenDate(Temporal.PlainDate.from(date), true);
}
