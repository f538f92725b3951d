import { z } from 'zod';
import { paymentMethods } from '../agent/clinic-profile.ts';
import { blockReasons } from './agenda-view.ts';
import { typedPatientSchema } from './desk-patient.ts';

/** What the agenda's routes are asked. Texts are those of people: cut and cleaned where they are used. */

const longestWeek = 7;
/** Days in which free times are looked for at once. */
const longestSlotDays = 31;

const clinic = z.string().regex(/^[a-z0-9-]{1,100}$/);
const date = z.iso.date();
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const bookable = z.string().min(1).max(250);
const number = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));
export const idShape = /^[a-z2-7]{26}$/;
const id = z.string().regex(idShape);
const note = z.string().max(300).default('');

export const clinicQuery = z.object({ clinic });

export const agendaQuery = z.object({
  clinic,
  from: date,
  days: number(1, longestWeek).default(1),
  by: z.enum(['practitioner', 'room']).default('practitioner'),
});

export const slotQuery = z.object({
  clinic,
  bookable,
  from: date,
  days: number(1, longestSlotDays).default(1),
  /** An appointment that would be given up. */
  instead: id.optional(),
});

export const searchQuery = z.object({ clinic, q: z.string().min(3).max(100) });

const wantedSlots = z
  .array(z.strictObject({ bookable, startMs: z.number().int().min(0).max(8.64e15) }))
  .min(1)
  .max(8);

export const newVisitBody = z.strictObject({
  clinic,
  key: id,
  slots: wantedSlots,
  patient: typedPatientSchema,
  payment: z
    .strictObject({
      method: z.enum(paymentMethods),
      cashCentavos: z.number().int().min(0).max(100_000_000).nullable().default(null),
    })
    .nullable()
    .default(null),
  priceCentavos: z.number().int().min(0).max(100_000_000).optional(),
  /** The request of the waiting list that this fulfils. */
  waiting: id.optional(),
});

export const moveBody = z.strictObject({ key: id, slots: wantedSlots });
export const cancelBody = z.strictObject({ note: note.pipe(z.string().trim().min(1)) });
export const attendanceBody = z.strictObject({
  status: z.enum(['arrived', 'fulfilled', 'noshow', 'booked']),
});

export const blockBody = z.strictObject({
  clinic,
  kind: z.enum(['practitioner', 'room']),
  lane: z.string().min(1).max(100),
  from: z.strictObject({ date, time }),
  until: z.strictObject({ date, time }),
  reason: z.enum(blockReasons),
});

export const newWaitingBody = z.strictObject({
  clinic,
  bookable,
  /** The service, whoever does it. */
  anybody: z.boolean().default(false),
  name: z.string().trim().min(2).max(120),
  phone: z.string().max(40),
  when: z.string().max(200).default(''),
});

export const requestQuery = z.object({
  clinic,
  status: z.enum(['open', 'done']).default('open'),
});
export const requestBody = z.strictObject({
  /** `take`: I look after it; `leave`: somebody else may. */
  change: z.enum(['take', 'leave', 'done', 'open']),
});
