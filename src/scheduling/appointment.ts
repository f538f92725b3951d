import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);
const id = text(100);
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/);
const appointmentId = z.string().regex(/^[a-z2-7]{26}$/);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const money = z.strictObject({ currency: z.literal('BRL'), centavos: z.number().int().min(0) });
const recordingMs = z
  .number()
  .int()
  .min(0)
  .nullable()
  .describe('Milliseconds from the start of the recording; null when nothing was recorded.');

/** What a person answered when the clinic rang about a visit. */
export const contactAnswers = [
  'confirmed',
  'wants-to-move',
  'cancel',
  'do-not-call',
  'wrong-person',
] as const;
export type ContactAnswer = (typeof contactAnswers)[number];

/** One service of a visit. */
const visitItemSchema = z.strictObject({
  service: text(200).describe('As the clinic calls it.'),
  serviceId: id,
  professional: text(200).nullable(),
  professionalId: id.nullable(),
  day: z.iso.date().describe('In the clinic’s zone, YYYY-MM-DD.'),
  time: timeOfDay.describe('In the clinic’s zone, HH:MM: when to be there.'),
  startsAt: z.iso.datetime().describe('The same as an instant: ISO 8601, UTC.'),
  endsAt: z.iso.datetime(),
  mode: z
    .enum(['arrival', 'appointed', 'walk-in'])
    .describe('arrival: seen in order of arrival from that time; appointed: an own time.'),
  price: money.nullable(),
});

/**
 * What is kept of one appointment: the shape of a file in APPOINTMENTS_DIR. `docs/appointment.schema.json` is made from it.
 * Personal data lives here, never in logs.
 */
export const appointmentSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: appointmentId.describe('Unguessable, 130 random bits; the reservation’s id as well.'),
    protocol: z
      .string()
      .regex(/^\d{8}$/)
      .describe('What the person is told; a reference for staff, not a secret.'),
    status: z
      .enum(['pending', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'])
      .describe('pending: being confirmed; its place is held, not yet booked.'),
    clinic: id.describe('Id of the clinic profile.'),
    channel: z
      .enum(['voice', 'whatsapp', 'web-chat', 'staff'])
      .describe('staff: written by a person of the clinic, in the console.'),
    callId: text(100).describe('Id of the call or conversation in which it was agreed.'),
    bookedBy: text(100)
      .exactOptional()
      .describe('Id of the member of staff who wrote it by hand; absent when the agent did.'),
    timestamp: z.iso.datetime().describe('When it was written: ISO 8601, UTC.'),
    clientName: text(120).describe('Who spoke to us, as said.'),
    patient: z
      .strictObject({
        name: text(120),
        birthDate: z.iso.date().nullable().default(null),
        rg: text(20).nullable().default(null),
        cpf: z
          .string()
          .regex(/^\d{11}$/)
          .nullable()
          .default(null),
        address: text(300).nullable().default(null),
      })
      .describe('Whose appointment it is.'),
    email: text(254).nullable(),
    phone: e164.nullable().describe('E.164.'),
    phoneSource: z
      .enum(['given', 'caller-number'])
      .nullable()
      .describe(
        'caller-number: nobody said a number; it is the one the call came from, for calling back.',
      ),
    bookedFrom: e164
      .nullable()
      .default(null)
      .describe('Number the conversation came from: a hint, never a proof of who spoke.'),
    day: z.iso.date().describe('Day of the first service in the clinic’s zone, YYYY-MM-DD.'),
    time: timeOfDay.describe('Time of the first service in the clinic’s zone, HH:MM.'),
    items: z.array(visitItemSchema).max(8).default([]).describe('The services of this visit.'),
    service: text(200).nullable().describe('First service, as the clinic calls it.'),
    serviceId: id.nullable(),
    professional: text(200).nullable(),
    professionalId: id.nullable(),
    price: money.nullable().describe('Total of the services; null when one has no known price.'),
    payment: z
      .strictObject({
        method: z.enum(['cash', 'pix', 'credit-card', 'debit-card']),
        cashCentavos: z.number().int().min(0).nullable().default(null).describe('Brought in cash.'),
        changeCentavos: z.number().int().min(0).nullable().default(null),
      })
      .nullable(),
    notes: text(1_000).nullable(),
    evidence: z
      .strictObject({
        callId: text(100),
        recordingMs: recordingMs.describe('Where in the recording the person agreed.'),
        readBackMs: recordingMs
          .default(null)
          .describe('Where the read-back ended that was heard to its end; null when none was.'),
      })
      .describe('Where the agreement can be heard or read.'),
    replaces: appointmentId.nullable().default(null).describe('The appointment this one moved.'),
    replacedBy: appointmentId.nullable().default(null),
    cancellation: z
      .strictObject({
        reason: z
          .enum(['by-patient', 'by-staff', 'rescheduled', 'not-completed', 'unknown'])
          .describe('unknown: its place was given up, and who asked for that was not written.'),
        callId: text(100).nullable().describe('The conversation in which it was asked for.'),
        recordingMs,
        at: z.iso.datetime(),
        by: text(100).exactOptional().describe('Id of the member of staff who called it off.'),
        note: text(300).exactOptional().describe('Why, in the words of staff.'),
      })
      .nullable()
      .default(null),
    confirmation: z
      .strictObject({
        answer: z
          .enum(contactAnswers)
          .describe('do-not-call: on the list of people who are not contacted, too.'),
        at: z.iso.datetime(),
        callId: text(100).describe('The call we made to ask.'),
        recordingMs,
      })
      .nullable()
      .default(null)
      .describe('What was answered when the clinic called about it; null when it did not.'),
  })
  .meta({ title: 'Appointment' });

export type Appointment = z.output<typeof appointmentSchema>;
export type AppointmentItem = z.output<typeof visitItemSchema>;
export type AppointmentPatient = Appointment['patient'];

/**
 * Eight digits from the id: short enough to be written down from a telephone. They open nothing, and leave more than
 * 100 of the id's bits unknown.
 */
export function protocolOf(id: string): string {
  let digits = 0;
  for (const character of id) digits = (digits * 32 + character.charCodeAt(0)) % 100_000_000;
  return String(digits).padStart(8, '0');
}

/** The JSON Schema (2020-12) that `docs/appointment.schema.json` publishes. */
export function appointmentJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(appointmentSchema, { target: 'draft-2020-12' });
}
