import { Temporal } from 'temporal-polyfill';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type { Bookable, ClinicAgenda } from './clinic-agenda.ts';
import { holidayOn } from './clinic-calendar.ts';
import { openStretches } from './opening-hours.ts';
import type { NoSlotReason } from './slot-search.ts';
import type { WishedTimes } from './slot-wish.ts';
import { capitalised, listed, type Wording } from './visit-words.ts';

/** The reason that says most goes first: a day that is full would have been right. */
const byWeight: readonly NoSlotReason[] = [
  'slot-taken',
  'capacity-full',
  'other-times',
  'too-soon',
  'past',
  'too-far',
  'closed',
];

/** Why nothing is free as wished, as one sentence. Pure. */
export function whyNoSlots(
  agenda: ClinicAgenda,
  wish: { bookables: readonly Bookable[]; options: readonly WishedTimes[] },
  reasons: ReadonlySet<NoSlotReason>,
  wording: Wording,
  nowMs: number,
): string {
  const day = onlyDay(wish.options);
  const heaviest = byWeight.find((one) => reasons.has(one));
  switch (heaviest) {
    case 'slot-taken':
    case 'capacity-full':
      return day
        ? `Não há mais vaga para ${wording.day(day)}.`
        : 'Nesse período não há mais vagas.';
    case 'other-times':
      return 'Nesse horário não há vaga.';
    case 'too-soon':
      return `Para tão em cima da hora já não dá: é preciso marcar com pelo menos ${notice(agenda, wording)} de antecedência.`;
    case 'past':
      return 'Esse horário já passou.';
    case 'too-far':
      return `A agenda só está aberta até ${wording.day(lastDay(agenda, nowMs))}.`;
    default:
      return day ? closedDay(agenda, wish.bookables, day, wording) : notThen(wish.bookables);
  }
}

function onlyDay(options: readonly WishedTimes[]): string | undefined {
  const [first] = options;
  const isOne = options.every(
    ({ range }) => range.from === range.to && range.from === first?.range.from,
  );
  return isOne ? first?.range.from : undefined;
}

/** A holiday by its name, a day on which the clinic is closed, or one on which this is not done. */
function closedDay(
  agenda: ClinicAgenda,
  bookables: readonly Bookable[],
  day: string,
  wording: Wording,
): string {
  const { clinic, calendar } = agenda;
  const when = capitalised(wording.day(day));
  const holiday = holidayOn(clinic, day);
  if (holiday) return `${when}, é feriado, ${holiday.name}, e a clínica não abre.`;
  const hours = openStretches(clinic, Temporal.PlainDate.from(day));
  const isClosed = calendar.special?.get(day)?.length === 0 || calendar.closed.has(day);
  if (isClosed || hours?.length === 0) return `${when}, a clínica não abre.`;
  const names = [...new Set(bookables.map(({ practitionerName }) => practitionerName))];
  const known = names.filter((name) => name !== null);
  const [service] = bookables;
  if (known.length < names.length || known.length === 0) {
    return `${when}, não fazemos ${service?.serviceName ?? 'esse atendimento'}.`;
  }
  const verb = known.length > 1 ? 'não atendem' : 'não atende';
  return `${when}, ${listed(known.map((name) => wording.person(name)))} ${verb}.`;
}

function notThen([service]: readonly Bookable[]): string {
  return `Nesse período não há ${service?.serviceName ?? 'esse atendimento'}.`;
}

function lastDay({ rules, calendar }: ClinicAgenda, nowMs: number): string {
  const { horizonDays } = rules.window;
  const today = Temporal.PlainDate.from(wallTimeOf(nowMs, calendar.timeZone).date);
  return today.add({ days: horizonDays }).toString();
}

function notice({ rules }: ClinicAgenda, wording: Wording): string {
  const { noticeMinutes } = rules.window;
  if (noticeMinutes % 60 !== 0) return `${wording.count(noticeMinutes)} minutos`;
  const hours = noticeMinutes / 60;
  return `${wording.count(hours, 'f')} ${hours === 1 ? 'hora' : 'horas'}`;
}
