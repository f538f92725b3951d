import type { Temporal } from 'temporal-polyfill';
import type { OpenStretch } from '../opening-hours.ts';

/** What a phrase is understood against. */
export interface PhraseSituation {
  /** In the clinic's zone: at 23:30 there, “amanhã” is the clinic's tomorrow. */
  now: Temporal.ZonedDateTime;
  /** The clinic's hours, of the day or of the week: they decide between two in the morning and two in the afternoon. */
  open?: readonly OpenStretch[];
  /** The clinic's own holidays beside the national ones, for “depois do feriado”. */
  holidays?: readonly Temporal.PlainDate[];
}

export interface ClinicSituation {
  now: Temporal.ZonedDateTime;
  today: Temporal.PlainDate;
  open: readonly OpenStretch[];
  holidays: readonly Temporal.PlainDate[];
}

/** When nothing is known: earlier and later than this, clinics are closed. */
export const usualHours: readonly OpenStretch[] = [{ from: '06:00', to: '19:00' }];

export function clinicSituation({ now, open, holidays }: PhraseSituation): ClinicSituation {
  return {
    now,
    today: now.toPlainDate(),
    open: open?.length ? open : usualHours,
    holidays: holidays ?? [],
  };
}
