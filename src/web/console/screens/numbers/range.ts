/** Which days are shown, kept in the address. */
export interface Range {
  /** `7`, `30`, `90`, or `own`. */
  kind: string;
  from: string;
  to: string;
}

const dayMs = 86_400_000;
export const usualDays = [7, 30, 90] as const;

/** @param today `YYYY-MM-DD` where the clinic is */
export function rangeIn(query: URLSearchParams, today: string): Range {
  const kind = query.get('days') ?? '30';
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  if (kind === 'own' && isDay(from) && isDay(to)) return { kind, from, to };
  const days = usualDays.find((count) => String(count) === kind) ?? 30;
  const first = new Date(Date.parse(today) - (days - 1) * dayMs).toISOString().slice(0, 10);
  return { kind: String(days), from: first, to: today };
}

export function rangeAddress({ kind, from, to }: Range): string {
  return kind === 'own' ? `?${new URLSearchParams({ days: kind, from, to })}` : `?days=${kind}`;
}

/** `YYYY-MM-DD` of this moment, by a clock in the zone. */
export function todayIn(timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date());
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
