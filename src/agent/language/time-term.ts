/** A time as said, before the clinic's hours and the rest of the phrase settle it. Minutes count from midnight. */
export interface SaidClock {
  /** Two when morning or afternoon was not said; none when there is no such time. */
  candidates: readonly number[];
  /** Part of the day said with it. */
  part?: DayPart;
  /** A part said only with the next of two times joined by “ou”: it may hold for this one. */
  maybePart?: DayPart;
  /** Written as a 24-hour clock writes the small hours: `02:30`. */
  isWritten24?: boolean;
}

/** Minutes, both ends included. */
export interface TimeWindow {
  from: number;
  to: number;
}

export type TimeTerm =
  | { term: 'exact'; clock: SaidClock }
  /** “Lá pelas três”. */
  | { term: 'about'; clock: SaidClock }
  | { term: 'from' | 'to'; clock: SaidClock }
  | { term: 'between'; from: SaidClock; to: SaidClock }
  | { term: 'part'; window: TimeWindow };

export type DayPart = 'manha' | 'tarde' | 'noite' | 'madrugada';

export const minutesPerDay = 24 * 60;

/** “Três da manhã” is three; “uma da noite” is nothing. */
const hoursOfPart: Record<DayPart, (hour: number) => number | undefined> = {
  manha: (hour) => (hour >= 1 && hour <= 11 ? hour : undefined),
  tarde: (hour) => {
    if (hour >= 12 && hour <= 19) return hour;
    return hour >= 1 && hour <= 7 ? hour + 12 : undefined;
  },
  noite: (hour) => {
    if (hour === 12 || hour === 0) return 0;
    if (hour >= 18 && hour <= 23) return hour;
    return hour >= 6 && hour <= 11 ? hour + 12 : undefined;
  },
  madrugada: (hour) => (hour === 12 ? 0 : hour <= 6 ? hour : undefined),
};

/** @param offset minutes after the hour, below zero for “quinze para as três” */
export function saidClock(hour: number, offset: number, part: DayPart | undefined): SaidClock {
  const hours = part ? [hoursOfPart[part](hour)] : possibleHours(hour);
  const candidates = hours
    .filter((one) => one !== undefined)
    .map((one) => (one * 60 + offset + minutesPerDay) % minutesPerDay);
  return part ? { candidates, part } : { candidates };
}

function possibleHours(hour: number): number[] {
  if (hour === 0 || hour === 24) return [0];
  if (hour > 24) return [];
  if (hour > 12) return [hour];
  return hour === 12 ? [12, 0] : [hour, hour + 12];
}

/** The candidates that lie in a part of the day. */
export function candidatesIn({ candidates }: SaidClock, part: DayPart): number[] {
  return candidates.filter((minute) => {
    const hour = Math.floor(minute / 60);
    return hoursOfPart[part](hour) === hour;
  });
}
