import { z } from 'zod';

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'número em E.164, como +558835430000');
const milliseconds = (least: number, most: number) => z.number().int().min(least).max(most);

/** How the agent listens and speaks on the telephone: everything that differs between clinics. */
export const voiceSchema = z.strictObject({
  /** Overrides OPENAI_REALTIME_MODEL. */
  model: z.string().optional(),
  voice: z
    .enum(['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'])
    .default('marin'),
  speed: z.number().min(0.25).max(1.5).default(1),
  noiseReduction: z.enum(['near_field', 'far_field', 'none']).default('near_field'),
  /** Only for models that reason; leave out for gpt-realtime-1.5 and older. */
  reasoningEffort: z.enum(['minimal', 'low', 'medium', 'high']).optional(),
  maxOutputTokens: z.union([z.number().int().min(1).max(4096), z.literal('inf')]).default(4096),
  turnDetection: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('server_vad'),
        threshold: z.number().min(0).max(1).default(0.6),
        prefixPaddingMs: milliseconds(0, 2_000).default(300),
        silenceDurationMs: milliseconds(100, 3_000).default(500),
      }),
      z.strictObject({
        type: z.literal('semantic_vad'),
        eagerness: z.enum(['auto', 'low', 'medium', 'high']).default('auto'),
      }),
    ])
    .prefault({ type: 'server_vad' }),
  /** What happens when the caller makes a sound over the agent that turns out not to be speech. */
  interruption: z
    .strictObject({
      /** `resume`: go on from where it was heard. `drop`: the sentence is lost, as if the caller had spoken. */
      onFalse: z.enum(['resume', 'drop']).default('resume'),
      /** A sound shorter than this, with no words recognised, is not speech. */
      minSpeechMs: milliseconds(0, 2_000).default(400),
      /** Words that mean “I am listening”, not “stop”. */
      backchannels: z
        .array(z.string().min(1))
        .default(['aham', 'ahã', 'uhum', 'hum', 'hmm', 'mhm', 'hã', 'ah', 'tá', 'é', 'sei', 'ok']),
    })
    .prefault({}),
  /** Silence of the caller, in ms after the agent was last heard: first question, second question, goodbye. */
  silenceLadderMs: z
    .tuple([milliseconds(2_000, 60_000), milliseconds(2_000, 60_000), milliseconds(2_000, 60_000)])
    .default([8_000, 8_000, 8_000]),
  limits: z
    .strictObject({
      /** A call is ended, with a goodbye, after this long. OpenAI ends a session at 60 minutes. */
      maxCallMs: milliseconds(10_000, 3_300_000).default(1_800_000),
      /** One reply never speaks longer than this. */
      maxReplyMs: milliseconds(5_000, 300_000).default(60_000),
    })
    .prefault({}),
  keypad: z
    .strictObject({
      endKey: z.enum(['#', '*']).default('#'),
      /** An entry without end key is complete after this pause. */
      pauseMs: milliseconds(500, 15_000).default(4_000),
      maxDigits: z.number().int().min(1).max(40).default(20),
    })
    .prefault({}),
});

export type VoiceProfile = z.output<typeof voiceSchema>;

const text = z.string().trim().min(1);
const texts = z.array(text).default([]);
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{1,40}$/, 'letras minúsculas, números e hífens');
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'hora no formato HH:MM, como 08:00');
const calendarDate = z.iso.date('data que existe, no formato AAAA-MM-DD, como 2026-11-01');
/** Brazilian reais, as a person writes a price: 250 or 79.9. Converted to centavos by `toCentavos` only. */
const reais = z
  .number()
  .min(0)
  .max(1_000_000)
  .multipleOf(0.01, 'valor em reais com até 2 decimais');

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const weekday = z.enum(weekdays);
export type Weekday = z.output<typeof weekday>;
const days = z.array(weekday).min(1);

/** What every recurring rule may say about the hours of its days. Times are wall time in the clinic's zone. */
const hours = {
  at: timeOfDay.optional(),
  /** Patients are seen in order of arrival from `at` to `until`. */
  until: timeOfDay.optional(),
  /** “Com hora marcada”: each patient gets an own time. */
  byAppointedTime: z.boolean().default(false),
  /** Whose days these are, when a service is done by several people. */
  practitioner: slug.optional(),
  note: text.optional(),
};

/** When something is offered. Computing dates from it belongs to scheduling; here it is data. */
export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('every-n-days'),
      n: z.number().int().min(1).max(366),
      from: calendarDate,
      ...hours,
    }),
    z.strictObject({ kind: z.literal('weekly'), days, since: calendarDate.optional(), ...hours }),
    z.strictObject({
      kind: z.literal('monthly'),
      /** Left out: the clinic announces the day of each month. */
      day: z.number().int().min(1).max(31).optional(),
      since: calendarDate.optional(),
      ...hours,
    }),
    z.strictObject({
      kind: z.literal('dates'),
      dates: z.array(calendarDate).min(1),
      timesPerYear: z.number().int().min(1).max(366).optional(),
      ...hours,
    }),
    /** Walk-in: on these days, anyone who arrives between the two times is seen. */
    z.strictObject({
      kind: z.literal('window'),
      days,
      from: timeOfDay,
      to: timeOfDay,
      since: calendarDate.optional(),
      practitioner: slug.optional(),
      note: text.optional(),
    }),
  ])
  .superRefine((schedule, context) => {
    const problem = hoursProblem(schedule);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

export type Schedule = z.output<typeof scheduleSchema>;

function hoursProblem(schedule: z.output<typeof scheduleSchema>) {
  if (schedule.kind === 'window') {
    return schedule.from < schedule.to ? undefined : { path: ['to'], message: 'depois de “from”' };
  }
  if (schedule.until && (!schedule.at || schedule.until <= schedule.at)) {
    return { path: ['until'], message: 'depois de “at”' };
  }
  if (schedule.at || schedule.byAppointedTime) return undefined;
  return { path: ['at'], message: 'falta a hora (“at”) ou “byAppointedTime: true”' };
}

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
    .array(z.strictObject({ id: slug, name: text, aliases: texts, offers: z.array(offerSchema) }))
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
  durationMinutes: z.number().int().min(5).max(480).optional(),
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
      (greeting) => /virtual/i.test(greeting) && /grava/i.test(greeting),
      'precisa dizer que é uma assistente virtual e que a ligação pode ser gravada',
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
    payment: paymentSchema.optional(),
    /** Rules that hold for everything offered. */
    policies: texts,
    practitioners: z.array(practitionerSchema).default([]),
    services: z.array(serviceSchema).default([]),
    voice: voiceSchema.prefault({}),
  })
  .superRefine((clinic, context) => {
    for (const issue of [...repeatedIds(clinic), ...unknownPractitioners(clinic)]) {
      context.addIssue({ code: 'custom', ...issue });
    }
  });

export type ClinicProfile = z.output<typeof clinicSchema>;

type Catalogue = Pick<ClinicProfile, 'practitioners' | 'services'>;
type Problem = { path: (string | number)[]; message: string };

function repeatedIds({ practitioners, services }: Catalogue): Problem[] {
  return [
    ...repeats(practitioners, ['practitioners']),
    ...repeats(services, ['services']),
    ...practitioners.flatMap((one, i) =>
      repeats(one.consultations, ['practitioners', i, 'consultations']),
    ),
    ...services.flatMap((one, i) => repeats(one.variants, ['services', i, 'variants'])),
  ];
}

function repeats(list: { id: string }[], path: (string | number)[]): Problem[] {
  return list.flatMap(({ id }, index) =>
    list.findIndex((other) => other.id === id) < index
      ? [{ path: [...path, index, 'id'], message: `“${id}” aparece mais de uma vez` }]
      : [],
  );
}

function unknownPractitioners({ practitioners, services }: Catalogue): Problem[] {
  const known = new Set(practitioners.map(({ id }) => id));
  const check = (list: { practitioner?: string | undefined }[], path: (string | number)[]) =>
    list.flatMap(({ practitioner }, index) =>
      practitioner === undefined || known.has(practitioner)
        ? []
        : [{ path: [...path, index, 'practitioner'], message: 'não está em “practitioners”' }],
    );
  return [
    ...practitioners.flatMap((one, i) => check(one.schedules, ['practitioners', i, 'schedules'])),
    ...services.flatMap((one, i) => [
      ...check(one.schedules, ['services', i, 'schedules']),
      ...check(one.offers, ['services', i, 'offers']),
      ...one.variants.flatMap((variant, j) =>
        check(variant.offers, ['services', i, 'variants', j, 'offers']),
      ),
    ]),
  ];
}

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
