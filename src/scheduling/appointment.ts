import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);
const id = text(100);
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/);

/**
 * What is kept of one appointment: the shape of a file in APPOINTMENTS_DIR. `docs/appointment.schema.json` is made from it.
 * Personal data lives here, never in logs.
 */
export const appointmentSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: z
      .string()
      .regex(/^[a-z2-7]{26}$/)
      .describe('Unguessable, 130 random bits.'),
    protocol: z
      .string()
      .regex(/^\d{8}$/)
      .describe('What the person is told; a reference for staff, not a secret.'),
    status: z
      .enum(['pending', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'])
      .describe('pending: asked for, and the clinic has yet to confirm the time.'),
    clinic: id.describe('Id of the clinic profile.'),
    channel: z.enum(['voice', 'whatsapp', 'web-chat']),
    callId: text(100).describe('Id of the call or conversation in which it was agreed.'),
    timestamp: z.iso.datetime().describe('When it was written: ISO 8601, UTC.'),
    clientName: text(120).describe('Who spoke to us, as said.'),
    patient: z.strictObject({ name: text(120) }).describe('Whose appointment it is.'),
    email: text(254).nullable(),
    phone: e164.nullable().describe('E.164.'),
    phoneSource: z
      .enum(['given', 'caller-number'])
      .nullable()
      .describe(
        'caller-number: nobody said a number; it is the one the call came from, for calling back.',
      ),
    day: z.iso.date().describe('Wanted day in the clinic’s zone, YYYY-MM-DD.'),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .describe('Wanted time in the clinic’s zone, HH:MM.'),
    service: text(200).nullable().describe('As the clinic calls it.'),
    serviceId: id.nullable(),
    professional: text(200).nullable(),
    professionalId: id.nullable(),
    price: z
      .strictObject({ currency: z.literal('BRL'), centavos: z.number().int().min(0) })
      .nullable()
      .describe('null when nothing was named or the price depends on a choice still open.'),
    payment: z
      .strictObject({ method: z.enum(['cash', 'pix', 'credit-card', 'debit-card']) })
      .nullable(),
    notes: text(1_000).nullable(),
    evidence: z
      .strictObject({
        callId: text(100),
        recordingMs: z
          .number()
          .int()
          .min(0)
          .nullable()
          .describe('Where in the recording it was agreed; null when nothing was recorded.'),
      })
      .describe('Where the agreement can be heard or read.'),
  })
  .meta({ title: 'Appointment' });

export type Appointment = z.output<typeof appointmentSchema>;

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
