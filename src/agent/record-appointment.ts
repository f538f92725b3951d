import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { createId } from '../platform/id.ts';
import type { Metrics } from '../platform/metrics.ts';
import { type Appointment, protocolOf } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { AppointmentDraft } from './appointment-draft.ts';
import { checkRequest } from './appointment-request.ts';
import { paymentMethods } from './clinic-profile.ts';
import { folded } from './portuguese-words.ts';
import {
  clinicTime,
  spokenAtTime,
  spokenDate,
  spokenDigits,
  spokenMoney,
} from './spoken-portuguese.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from './tool.ts';

const requestSchema = z.strictObject({
  client_name: z.string().max(400).describe('Nome completo de quem será atendido.'),
  day: z.string().max(40).describe('Dia desejado, AAAA-MM-DD.'),
  time: z.string().max(40).describe('Horário desejado, HH:MM, de 00:00 a 23:59.'),
  service: z
    .string()
    .max(200)
    .optional()
    .describe('Consulta ou exame pedido, como está na lista da clínica.'),
  practitioner: z.string().max(200).optional().describe('Profissional pedido, se houver.'),
  phone: z
    .string()
    .max(60)
    .optional()
    .describe('Telefone com DDD, só se a pessoa disse um; senão deixe de fora.'),
  email: z.string().max(400).optional().describe('E-mail, se a pessoa informou.'),
  payment_method: z
    .enum(paymentMethods)
    .optional()
    .describe('Forma de pagamento: dinheiro, PIX, crédito ou débito.'),
  notes: z
    .string()
    .max(1_000)
    .optional()
    .describe('Observações da pessoa e dados que a clínica pede, em poucas palavras.'),
});

const description =
  'Anota o pedido de atendimento de uma pessoa para a clínica confirmar. Chame só depois de repetir os dados e ouvir que estão certos. Só diga que anotou se a resposta tiver "ok": true.';

/**
 * The tool with which the agent writes an appointment down. It answers after the store has it durably.
 * The same conversation asking again for the same person, day and time gets the same appointment.
 */
export function createRecordAppointment(options: {
  store: AppointmentStore;
  metrics: Metrics;
}): Tool {
  const inTurn = createTurns();
  return defineTool({
    name: 'record_appointment',
    description,
    schema: requestSchema,
    run(args, context) {
      const { clinic, clock, callerE164 } = context;
      const now = clinicTime(clock.wallMs(), clinic.timeZone);
      const checked = checkRequest(args, { clinic, now, callerE164 });
      if ('refusal' in checked) return refused({ ...checked.refusal });
      // One at a time within a conversation, or two equal calls at once would both find nothing written yet.
      return inTurn(context.conversationId, () => record(checked.value, context, now, options));
    },
  });
}

async function record(
  draft: AppointmentDraft,
  context: ToolContext,
  now: Temporal.ZonedDateTime,
  { store, metrics }: { store: AppointmentStore; metrics: Metrics },
): Promise<ToolAnswer> {
  const sameDay = await store.list({ from: draft.day, to: draft.day });
  const existing = sameDay.find((one) => isSame(one, draft, context));
  if (existing) return alreadyRecorded(existing, draft, context, now);
  const appointment = toAppointment(draft, context);
  const { file } = await store.save(appointment);
  metrics.count('appointments_total', { channel: context.channel });
  const message = `Pronto, anotei o seu pedido: ${spoken(appointment, now)} ${closing(appointment, context)}`;
  return {
    outcome: 'ok',
    output: { ...summary(appointment), message },
    effects: [{ type: 'appointment-recorded', appointmentId: appointment.id, file }],
  };
}

function isSame(one: Appointment, draft: AppointmentDraft, context: ToolContext): boolean {
  return (
    one.callId === context.conversationId &&
    one.clinic === context.clinic.id &&
    one.time === draft.time &&
    nameKey(one.clientName) === nameKey(draft.clientName)
  );
}

function nameKey(name: string): string {
  return folded(name) || name;
}

function alreadyRecorded(
  existing: Appointment,
  draft: AppointmentDraft,
  context: ToolContext,
  now: Temporal.ZonedDateTime,
): ToolAnswer {
  const details = ['email', 'phone', 'service', 'professional', 'notes'] as const;
  const differs = details.some((key) => draft[key] !== null && draft[key] !== existing[key]);
  const unchanged = differs
    ? ' Os outros dados ficaram como estavam; para mudar, é só avisar a equipe quando confirmarem.'
    : '';
  const message = `Esse pedido já estava anotado: ${spoken(existing, now)} ${closing(existing, context)}${unchanged}`;
  return {
    outcome: 'ok',
    output: { ...summary(existing), alreadyRecorded: true, message },
  };
}

function summary({ protocol, status, day, time, service, professional, price }: Appointment) {
  return { ok: true, protocol, status, day, time, service, professional, price };
}

/** `Consulta de Cardiologia com Dr. …, segunda-feira, dia trinta de novembro, às duas da tarde.` */
function spoken(appointment: Appointment, now: Temporal.ZonedDateTime): string {
  const { service, professional, day, time, price } = appointment;
  const what = [service ?? 'atendimento', professional ? `com ${professional}` : '']
    .filter(Boolean)
    .join(' ');
  const date = spokenDate(Temporal.PlainDate.from(day), now.year);
  const cost = price ? ` O valor é ${spokenMoney(price.centavos)}.` : '';
  return `${what}, ${date}, ${spokenAtTime(Temporal.PlainTime.from(time))}.${cost}`;
}

function closing({ protocol }: Appointment, { clinic, channel }: ToolContext): string {
  const code = channel === 'voice' ? spokenDigits(protocol) : protocol;
  return `A equipe da ${clinic.name} ainda vai confirmar o horário com você. O protocolo é ${code}.`;
}

function toAppointment(draft: AppointmentDraft, context: ToolContext): Appointment {
  const { clinic, channel, conversationId, clock } = context;
  const id = createId();
  const position = Math.max(0, Math.round(context.positionMs()));
  return {
    schemaVersion: 1,
    id,
    protocol: protocolOf(id),
    status: 'pending',
    clinic: clinic.id,
    channel,
    callId: conversationId,
    timestamp: Temporal.Instant.fromEpochMilliseconds(Math.floor(clock.wallMs())).toString({
      fractionalSecondDigits: 3,
    }),
    patient: { name: draft.clientName },
    ...draft,
    evidence: { callId: conversationId, recordingMs: channel === 'voice' ? position : null },
  };
}

/** Runs work of one key after another; different keys do not wait. A key is forgotten when its last work is done. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
