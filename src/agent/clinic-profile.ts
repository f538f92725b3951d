import { z } from 'zod';
import {
  bookingSchema,
  exceptionSchema,
  holidaysSchema,
  roomSchema,
  visitFields,
} from './clinic-booking.ts';
import { consentSchema } from './clinic-consent.ts';
import { clinicProblems } from './clinic-cross-checks.ts';
import { emergencySchema } from './clinic-emergency.ts';
import { days, e164, reais, slug, text, texts, timeOfDay } from './clinic-fields.ts';
import { scheduleSchema } from './clinic-schedule.ts';
import { voiceSchema } from './clinic-voice.ts';
import { whatsappSchema } from './clinic-whatsapp.ts';
import { transferSchema } from './transfer-setting.ts';

export { type Weekday, weekdays } from './clinic-fields.ts';
export { type Schedule, scheduleSchema } from './clinic-schedule.ts';
export { type VoiceProfile, voiceSchema } from './clinic-voice.ts';

const offerSchema = z.strictObject({
  /** Left out: done by the clinic's team. */
  practitioner: slug.optional(),
  priceReais: reais,
});
export type Offer = z.output<typeof offerSchema>;

const practitionerSchema = z.strictObject({
  id: slug,
  name: text,
  title: z.enum(['Dr.', 'Dra.']).optional(),
  specialties: z.array(text).min(1),
  /** Other words callers use for the specialty. */
  aliases: texts,
  schedules: z.array(scheduleSchema).default([]),
  consultations: z
    .array(
      z.strictObject({
        id: slug,
        name: text,
        aliases: texts,
        priceReais: reais,
        returnVisitIncluded: z.boolean().default(false),
        ...visitFields,
      }),
    )
    .default([]),
  bring: texts,
  arriveMinutesBefore: z.number().int().min(1).max(120).optional(),
  notes: text.optional(),
});
export type Practitioner = z.output<typeof practitionerSchema>;

const serviceSchema = z.strictObject({
  id: slug,
  name: text,
  kind: z.enum(['exam', 'meeting']).default('exam'),
  aliases: texts,
  schedules: z.array(scheduleSchema).default([]),
  /** Who does it and for how much; empty when the price depends on the variant or is not quoted. */
  offers: z.array(offerSchema).default([]),
  variants: z
    .array(
      z.strictObject({
        id: slug,
        name: text,
        aliases: texts,
        offers: z.array(offerSchema),
        /** Where it differs from the service's. */
        durationMinutes: visitFields.durationMinutes,
      }),
    )
    .default([]),
  bring: texts,
  preparation: texts,
  /** Without these the exam is not done. */
  requires: texts,
  suggestedAge: z
    .strictObject({
      withinDays: z.number().int().min(1).max(36_500),
      orMedicalAdvice: z.boolean().default(true),
    })
    .optional(),
  ...visitFields,
  /** Visits by appointed time that the clinic's team takes at once. */
  capacity: z.number().int().min(1).max(100).default(1),
  notes: text.optional(),
});
export type Service = z.output<typeof serviceSchema>;

export const paymentMethods = ['cash', 'pix', 'credit-card', 'debit-card'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

const paymentSchema = z.strictObject({
  methods: z.array(z.enum(paymentMethods)).min(1),
  pixKey: z
    .strictObject({ type: z.enum(['cpf', 'cnpj', 'email', 'phone', 'random']), value: text })
    .optional(),
  notes: texts,
});

const personaSchema = z.strictObject({
  agentName: text.default('Lia'),
  /** Said first on an inbound call, word for word. Left out: a standard one is built. */
  greeting: text
    .max(400)
    .refine(
      (greeting) => /virtual/i.test(greeting),
      'precisa dizer que é uma assistente virtual (e, com aviso, que a ligação pode ser gravada)',
    )
    .optional(),
  style: texts,
  /** What the clinic wants done or said beyond the standard rules. */
  guidance: texts,
});

/** Federative units of Brazil. */
const states =
  'AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO'.split(' ');

export const clinicSchema = z
  .strictObject({
    id: slug,
    name: text,
    /** IANA name; every date and time in this file is in this zone. */
    timeZone: z.string().refine(isTimeZone, 'fuso horário IANA que existe, como America/Fortaleza'),
    address: text.optional(),
    city: text.optional(),
    state: z.enum(states, 'sigla de um estado, como CE').optional(),
    /** Numbers that patients dial to reach this clinic, E.164. */
    numbers: z.array(e164).default([]),
    /** Where patients write to this clinic. Left out: no WhatsApp. */
    whatsapp: whatsappSchema.optional(),
    /** Where the fallback and transfers send a caller, E.164. */
    reception: e164.optional(),
    /** A weekday that is in no line is closed; with no lines at all the hours are unknown. */
    openingHours: z
      .array(
        z
          .strictObject({ days, from: timeOfDay, to: timeOfDay })
          .refine(({ from, to }) => from < to, { path: ['to'], message: 'depois de “from”' }),
      )
      .default([]),
    persona: personaSchema.prefault({}),
    consent: consentSchema.prefault({}),
    emergency: emergencySchema.prefault({}),
    holidays: holidaysSchema.prefault({}),
    /** Of two that name the same day, the later line holds; one of a practitioner goes before one of the clinic. */
    exceptions: z.array(exceptionSchema).default([]),
    booking: bookingSchema.prefault({}),
    rooms: z.array(roomSchema).default([]),
    payment: paymentSchema.optional(),
    /** Health plans that are accepted, as people call them. */
    acceptedPlans: texts,
    /** People and departments that a caller may be put through to. */
    transfers: z.array(transferSchema).default([]),
    /** Rules that hold for everything offered. */
    policies: texts,
    practitioners: z.array(practitionerSchema).default([]),
    services: z.array(serviceSchema).default([]),
    voice: voiceSchema.prefault({}),
  })
  .superRefine((clinic, context) => {
    for (const problem of clinicProblems(clinic)) {
      context.addIssue({ code: 'custom', ...problem });
    }
  });

export type ClinicProfile = z.output<typeof clinicSchema>;

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('pt-BR', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function toCentavos(priceReais: number): number {
  return Math.round(priceReais * 100);
}
