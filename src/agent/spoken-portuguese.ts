import { Temporal } from 'temporal-polyfill';
import type { Weekday } from './clinic-profile.ts';

/** Dates, times, money and digits as a Brazilian says them on the telephone. Pure; no article unless the name says so. */

const upToNineteen =
  'zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove'.split(
    ' ',
  );
const tens = '- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa'.split(' ');
const hundreds =
  '- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos'.split(
    ' ',
  );
const months =
  'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro'.split(
    ' ',
  );

export const weekdayNames: Record<Weekday, string> = {
  mon: 'segunda-feira',
  tue: 'terça-feira',
  wed: 'quarta-feira',
  thu: 'quinta-feira',
  fri: 'sexta-feira',
  sat: 'sábado',
  sun: 'domingo',
};

const weekdayByNumber: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The largest number said in words. */
const largestNumber = 999_999;

export function weekdayOf(date: Temporal.PlainDate): Weekday {
  return weekdayByNumber[date.dayOfWeek - 1] ?? 'mon';
}

/**
 * Whole numbers from 0 to 999,999 in words; anything else is returned in digits.
 * @param gender of what is counted: “duas horas”, “dois reais”.
 */
export function spokenNumber(value: number, gender: 'm' | 'f' = 'm'): string {
  if (!Number.isInteger(value) || value < 0 || value > largestNumber) return String(value);
  const thousands = Math.floor(value / 1_000);
  const rest = value % 1_000;
  if (thousands === 0) return belowThousand(rest, gender);
  const start = thousands === 1 ? 'mil' : `${belowThousand(thousands, gender)} mil`;
  if (rest === 0) return start;
  // “mil e cem”, “mil e vinte”, but “mil cento e vinte”.
  const joint = rest < 100 || rest % 100 === 0 ? ' e ' : ' ';
  return `${start}${joint}${belowThousand(rest, gender)}`;
}

function belowThousand(value: number, gender: 'm' | 'f'): string {
  if (value === 100) return 'cem';
  const hundred = Math.floor(value / 100);
  const rest = value % 100;
  const words = [];
  if (hundred > 0) {
    const word = hundreds[hundred] ?? '';
    words.push(gender === 'f' && hundred > 1 ? word.replace(/os$/, 'as') : word);
  }
  if (rest > 0 || value === 0) words.push(belowHundred(rest, gender));
  return words.join(' e ');
}

function belowHundred(value: number, gender: 'm' | 'f'): string {
  if (gender === 'f' && value === 1) return 'uma';
  if (gender === 'f' && value === 2) return 'duas';
  if (value < 20) return upToNineteen[value] ?? '';
  const unit = value % 10;
  const ten = tens[Math.floor(value / 10)] ?? '';
  return unit === 0 ? ten : `${ten} e ${belowHundred(unit, gender)}`;
}

/** `segunda-feira, dia trinta de novembro`, with the year only when it is not `currentYear`. */
export function spokenDate(date: Temporal.PlainDate, currentYear?: number): string {
  const day = date.day === 1 ? 'primeiro' : spokenNumber(date.day);
  const year = date.year === currentYear ? '' : ` de ${spokenNumber(date.year)}`;
  return `${weekdayNames[weekdayOf(date)]}, dia ${day} de ${months[date.month - 1]}${year}`;
}

/** `duas e meia da tarde`, `meio-dia`, `meia-noite e quinze`. */
export function spokenTime(time: Temporal.PlainTime): string {
  return `${spokenHour(time.hour)}${spokenMinutes(time.minute)}${partOfDay(time.hour)}`;
}

/** With its preposition: `às duas e meia da tarde`, `à uma da tarde`, `ao meio-dia`. */
export function spokenAtTime(time: Temporal.PlainTime): string {
  const preposition = time.hour === 12 ? 'ao' : [0, 1, 13].includes(time.hour) ? 'à' : 'às';
  return `${preposition} ${spokenTime(time)}`;
}

function spokenHour(hour: number): string {
  if (hour === 0) return 'meia-noite';
  if (hour === 12) return 'meio-dia';
  return spokenNumber(hour % 12, 'f');
}

function spokenMinutes(minutes: number): string {
  if (minutes === 0) return '';
  return minutes === 30 ? ' e meia' : ` e ${spokenNumber(minutes)}`;
}

function partOfDay(hour: number): string {
  if (hour === 0 || hour === 12) return '';
  if (hour < 5) return ' da madrugada';
  if (hour < 12) return ' da manhã';
  return hour < 19 ? ' da tarde' : ' da noite';
}

/** `duzentos e cinquenta reais`, `dez reais e cinquenta centavos`, `um centavo`. @param centavos whole, not negative */
export function spokenMoney(centavos: number): string {
  const reais = Math.floor(centavos / 100);
  const rest = centavos % 100;
  const words = [];
  if (reais > 0 || rest === 0) {
    words.push(`${spokenNumber(reais)} ${reais === 1 ? 'real' : 'reais'}`);
  }
  if (rest > 0) words.push(`${spokenNumber(rest)} ${rest === 1 ? 'centavo' : 'centavos'}`);
  return words.join(' e ');
}

/** Digit by digit, in groups with a pause; six is said “meia”, as on any Brazilian line. Other characters are dropped. */
export function spokenDigits(digits: string, groupSize = 4): string {
  const words = [...digits.replace(/\D/g, '')].map((digit) =>
    digit === '6' ? 'meia' : (upToNineteen[Number(digit)] ?? ''),
  );
  const groups: string[] = [];
  for (let i = 0; i < words.length; i += groupSize) {
    groups.push(words.slice(i, i + groupSize).join(' '));
  }
  return groups.join(', ');
}

/** `R$ 250` or `R$ 79,90`: for text that is read, not heard. */
export function writtenMoney(centavos: number): string {
  const reais = Math.floor(centavos / 100);
  const rest = centavos % 100;
  return rest === 0 ? `R$ ${reais}` : `R$ ${reais},${String(rest).padStart(2, '0')}`;
}

/** `01/12` or `01/12/2027`. */
export function writtenDate(date: Temporal.PlainDate, withYear: boolean): string {
  const [year, month, day] = date.toString().split('-');
  return withYear ? `${day}/${month}/${year}` : `${day}/${month}`;
}

/** The clinic's wall clock at an instant. @param wallMs epoch milliseconds, fractions are dropped */
export function clinicTime(wallMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(wallMs)).toZonedDateTimeISO(timeZone);
}

/** `segunda a sexta`, `terça e sábado`: for the model to read. */
export function weekdaysText(days: readonly Weekday[]): string {
  const workdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
  if (days.length === 5 && workdays.every((day) => days.includes(day))) return 'segunda a sexta';
  return days.map((day) => weekdayNames[day].replace('-feira', '')).join(' e ');
}
