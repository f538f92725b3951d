import { Temporal } from 'temporal-polyfill';
import type { DialHours } from './dial-hours.ts';

/** Days looked ahead for one on which people may be rung; more holidays in a row than that exist nowhere. */
const daysAhead = 31;

/** Two zones whose hours never meet would be asked for ever. */
const mostRounds = 40;

/** Zone of each DDD that does not keep Brasília's time under that name; of two zones, both must be awake. */
const zonesOfArea: Readonly<Record<string, readonly string[]>> = {
  63: ['America/Araguaina'],
  65: ['America/Cuiaba'],
  66: ['America/Cuiaba'],
  67: ['America/Campo_Grande'],
  68: ['America/Rio_Branco'],
  69: ['America/Porto_Velho'],
  71: ['America/Bahia'],
  73: ['America/Bahia'],
  74: ['America/Bahia'],
  75: ['America/Bahia'],
  77: ['America/Bahia'],
  79: ['America/Maceio'],
  81: ['America/Recife'],
  82: ['America/Maceio'],
  83: ['America/Fortaleza'],
  84: ['America/Fortaleza'],
  85: ['America/Fortaleza'],
  86: ['America/Fortaleza'],
  87: ['America/Recife'],
  88: ['America/Fortaleza'],
  89: ['America/Fortaleza'],
  91: ['America/Belem'],
  92: ['America/Manaus'],
  93: ['America/Santarem'],
  94: ['America/Belem'],
  95: ['America/Boa_Vista'],
  96: ['America/Belem'],
  // The west of this area is an hour behind Manaus.
  97: ['America/Manaus', 'America/Eirunepe'],
  98: ['America/Fortaleza'],
  99: ['America/Fortaleza'],
};

/** The zones in which whoever has this number may live. @param clinicZone for numbers abroad, of which only the clinic knows more */
export function zonesOfNumber(e164: string, clinicZone: string): readonly string[] {
  if (!e164.startsWith('+55')) return [clinicZone];
  // Fixed lines of Fernando de Noronha, an hour ahead of the rest of its area.
  if (e164.startsWith('+55813619')) return ['America/Noronha'];
  return zonesOfArea[e164.slice(3, 5)] ?? ['America/Sao_Paulo'];
}

/**
 * The first instant from `nowMs` on at which all the zones allow a call; `nowMs` itself when it may ring now; nothing
 * when no such instant comes within a month. @param isHoliday of a date `YYYY-MM-DD`
 */
export function nextDialMs(
  nowMs: number,
  zones: readonly string[],
  hours: DialHours,
  isHoliday: (date: string) => boolean,
): number | undefined {
  let atMs = nowMs;
  for (let round = 0; round < mostRounds; round += 1) {
    let laterMs = atMs;
    for (const zone of zones) {
      const nextMs = nextInZone(laterMs, zone, hours, isHoliday);
      if (nextMs === undefined) return undefined;
      laterMs = nextMs;
    }
    if (laterMs === atMs) return atMs;
    atMs = laterMs;
  }
  return undefined;
}

function nextInZone(
  nowMs: number,
  zone: string,
  hours: DialHours,
  isHoliday: (date: string) => boolean,
): number | undefined {
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs))
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const date = today.add({ days: ahead });
    const span = isHoliday(date.toString()) ? hours.holidays : hours.days[date.dayOfWeek];
    if (!span) continue;
    const untilMs = instantOf(date, span.until, zone);
    if (nowMs < untilMs) return Math.max(nowMs, instantOf(date, span.from, zone));
  }
  return undefined;
}

function instantOf(date: Temporal.PlainDate, time: string, zone: string): number {
  const isMidnight = time === '24:00';
  const day = isMidnight ? date.add({ days: 1 }) : date;
  return day.toZonedDateTime({
    timeZone: zone,
    plainTime: Temporal.PlainTime.from(isMidnight ? '00:00' : time),
  }).epochMilliseconds;
}

/** `segunda-feira, 23/11, às 08:00`, as the callee's clock shows it. */
export function sayDialTime(atMs: number, zone: string): string {
  const date = new Date(atMs);
  const options = { timeZone: zone } as const;
  const day = date.toLocaleDateString('pt-BR', {
    ...options,
    weekday: 'long',
    day: '2-digit',
    month: '2-digit',
  });
  const time = date.toLocaleTimeString('pt-BR', { ...options, hour: '2-digit', minute: '2-digit' });
  return `${day}, às ${time}`;
}
