import { language, locales } from './language.ts';

const locale = () => locales[language.value];

type Moment = number | string | Date;
const dateOf = (moment: Moment) => (moment instanceof Date ? moment : new Date(moment));

/** `21/11/2026`. A `YYYY-MM-DD` is that day in any zone. */
export function dateText(moment: Moment, timeZone?: string): string {
  const isDay = typeof moment === 'string' && moment.length === 10;
  const zone = isDay ? 'UTC' : timeZone;
  const format = { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: zone } as const;
  return new Intl.DateTimeFormat(locale(), format).format(dateOf(moment));
}

/** `14:05`, with `seconds` `14:05:09`. */
export function timeText(moment: Moment, timeZone?: string, seconds = false): string {
  return new Intl.DateTimeFormat(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(seconds ? { second: '2-digit' as const } : {}),
    timeZone,
  }).format(dateOf(moment));
}

/** `21/11/2026 14:05`. */
export function momentText(moment: Moment, timeZone?: string): string {
  return `${dateText(moment, timeZone)} ${timeText(moment, timeZone)}`;
}

/** `sábado, 21 de novembro`. */
export function dayText(moment: Moment, timeZone?: string): string {
  const isDay = typeof moment === 'string' && moment.length === 10;
  const zone = isDay ? 'UTC' : timeZone;
  const format = { weekday: 'long', day: 'numeric', month: 'long', timeZone: zone } as const;
  return new Intl.DateTimeFormat(locale(), format).format(dateOf(moment));
}

/** `R$ 130,00`. */
export function moneyText(centavos: number): string {
  return new Intl.NumberFormat(locale(), { style: 'currency', currency: 'BRL' }).format(
    centavos / 100,
  );
}

export function numberText(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** `3:07`, from an hour on `1:03:07`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
