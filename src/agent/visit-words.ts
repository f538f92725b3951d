import { Temporal } from 'temporal-polyfill';
import type { VisitMode } from '../scheduling/recurrence.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import {
  spokenCode,
  spokenCpf,
  spokenEmail,
  spokenPhone,
  spokenTimes,
} from './language/speak-back.ts';
import {
  clinicTime,
  spokenAtTime,
  spokenDate,
  spokenDigits,
  spokenMoney,
  spokenNumber,
  weekdayNames,
  weekdayOf,
  writtenDate,
  writtenMoney,
} from './spoken-portuguese.ts';
import type { ToolContext } from './tool.ts';

/** How facts are said on one channel: in words where they are heard, in digits where they are read. */
export interface Wording {
  /** What cannot be said, such as a long key, is then left out. */
  isHeard: boolean;
  count(value: number, gender?: 'm' | 'f'): string;
  money(centavos: number): string;
  /** `segunda-feira, dia trinta de novembro`; `segunda-feira, 30/11`. @param date `YYYY-MM-DD` */
  day(date: string): string;
  /** A date that is no appointment: of birth, of a document. */
  date(date: string): string;
  /** `às duas da tarde`; `às 14:00`. @param time `HH:MM` */
  at(time: string): string;
  /** `das seis da manhã às nove da manhã`; `das 06:00 às 09:00`. */
  between(from: string, to: string): string;
  /** A protocol, an RG, a PIX key of digits. */
  code(digits: string): string;
  cpf(digits: string): string;
  phone(e164: string): string;
  email(address: string): string;
  /** `Dr. Álvaro Quintela` of `Dr. Álvaro Menezes Quintela`: on a telephone one surname is enough. */
  person(name: string): string;
  /** `Rua Santa Maria, cento e oitenta e três`. */
  address(text: string): string;
}

/** @param context of the conversation: its channel and the clinic's today */
export function wordingFor(context: Pick<ToolContext, 'channel' | 'clinic' | 'clock'>): Wording {
  const { year } = clinicTime(context.clock.wallMs(), context.clinic.timeZone);
  return context.channel === 'voice' ? heard(year) : read(year);
}

const dateOf = (date: string) => Temporal.PlainDate.from(date);
const timeOf = (time: string) => Temporal.PlainTime.from(time);

function heard(year: number): Wording {
  return {
    isHeard: true,
    count: spokenNumber,
    money: spokenMoney,
    day: (date) => spokenDate(dateOf(date), year),
    date: (date) => spokenDate(dateOf(date)).replace(/^[^,]+, dia /, ''),
    at: (time) => spokenAtTime(timeOf(time)),
    between: (from, to) => spokenTimes({ from: timeOf(from), to: timeOf(to) }),
    code: (digits) => (/^\d{6,9}$/.test(digits) ? spokenCode(digits) : spokenDigits(digits, 3)),
    cpf: spokenCpf,
    phone: spokenPhone,
    email: spokenEmail,
    person: shortName,
    address: (text) => text.replace(/\d+/g, (digits) => spokenNumber(Number(digits))),
  };
}

/** Title, first name, last name. */
function shortName(name: string): string {
  const words = name.split(' ');
  const first = /^Dra?\.$/.test(words[0] ?? '') ? 2 : 1;
  return words.length <= first + 1 ? name : [...words.slice(0, first), words.at(-1)].join(' ');
}

function read(year: number): Wording {
  return {
    isHeard: false,
    count: String,
    money: writtenMoney,
    day(date) {
      const day = dateOf(date);
      return `${weekdayNames[weekdayOf(day)]}, ${writtenDate(day, day.year !== year)}`;
    },
    date: (date) => writtenDate(dateOf(date), true),
    at: (time) => `às ${time}`,
    between: (from, to) => `das ${from} às ${to}`,
    code: (digits) => digits,
    cpf: (digits) => digits.replace(/^(\d{3})(\d{3})(\d{3})(\d{2})$/, '$1.$2.$3-$4'),
    phone: (e164) => e164.replace(/^\+55(\d{2})(\d{4,5})(\d{4})$/, '($1) $2-$3'),
    email: (address) => address,
    person: (name) => name,
    address: (text) => text,
  };
}

/** When a visit is, as far as words need it. */
export interface VisitTime {
  date: string;
  mode: VisitMode;
  startMs: number;
  endMs: number;
}

/** Without the day: `às duas da tarde`; `às duas da tarde, por ordem de chegada`; `das seis … às nove …, por ordem de chegada`. */
export function visitHour(visit: VisitTime, wording: Wording, timeZone: string): string {
  const { time } = wallTimeOf(visit.startMs, timeZone);
  if (visit.mode === 'appointed') return wording.at(time);
  if (visit.mode === 'arrival') return `${wording.at(time)}, por ordem de chegada`;
  const end = wallTimeOf(visit.endMs, timeZone).time;
  return `${wording.between(time, end)}, por ordem de chegada`;
}

/** `segunda-feira, dia trinta de novembro, às duas da tarde`. */
export function visitMoment(visit: VisitTime, wording: Wording, timeZone: string): string {
  return `${wording.day(visit.date)}, ${visitHour(visit, wording, timeZone)}`;
}

/** `A, B e C`; with “ou”: `A, B ou C`. */
export function listed(parts: readonly string[], joint: 'e' | 'ou' = 'e'): string {
  const last = parts.at(-1) ?? '';
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} ${joint} ${last}` : last;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
