import type { Temporal } from 'temporal-polyfill';
import type { Appointment } from '../scheduling/appointment.ts';
import type { ClinicProfile, PaymentMethod } from './clinic-profile.ts';

/** What the model says a person asked for. Every value is words from outside until it was checked here. */
export interface AppointmentRequest {
  client_name: string;
  email?: string | undefined;
  day: string;
  time: string;
  phone?: string | undefined;
  service?: string | undefined;
  practitioner?: string | undefined;
  payment_method?: PaymentMethod | undefined;
  notes?: string | undefined;
}

/** Checked and in the clinic's own words, ready to be written. */
export type AppointmentDraft = Pick<
  Appointment,
  | 'clientName'
  | 'email'
  | 'day'
  | 'time'
  | 'phone'
  | 'phoneSource'
  | 'service'
  | 'serviceId'
  | 'professional'
  | 'professionalId'
  | 'price'
  | 'payment'
  | 'notes'
>;

/** `message` can be said to the person as it is. */
export interface RequestRefusal {
  code: string;
  field: keyof AppointmentRequest;
  message: string;
  closest?: string[];
}

export type Checked<Value> = { value: Value } | { refusal: RequestRefusal };

export interface RequestSituation {
  clinic: ClinicProfile;
  /** In the clinic's zone. */
  now: Temporal.ZonedDateTime;
  callerE164?: string | undefined;
}

export function refusal(
  code: string,
  field: keyof AppointmentRequest,
  message: string,
  closest?: string[],
): { refusal: RequestRefusal } {
  return { refusal: { code, field, message, ...(closest ? { closest } : {}) } };
}

/** One line without control, invisible or direction-changing characters. */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
