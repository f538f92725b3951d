import { z } from 'zod';
import type { Appointment } from '../../scheduling/appointment.ts';
import { type Pause, rewriteAppointment, unhurried } from '../appointment-rewrite.ts';
import { appointmentWords } from '../appointment-speech.ts';
import { inConversationTurn } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { plainText } from '../plain-text.ts';
import { recordedMoment } from '../recorded-moment.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { wordingFor } from '../visit-words.ts';

const longestNotes = 1_000;

const schema = z.strictObject({
  appointment: z.string().max(100).describe('O que veio em find_appointments.'),
  reason: z.string().max(400).optional().describe('Motivo, se a pessoa disse.'),
});

const description =
  'Cancela um atendimento que find_appointments mostrou. Chame só depois de a pessoa ouvir qual é e dizer que quer cancelar.';

/**
 * Gives up the place first, which is the truth; the appointment that staff read follows, if need be a little later.
 * Asked again, it answers the same and changes nothing.
 */
export function createCancelAppointment(desk: FrontDesk, pause: Pause = unhurried): Tool {
  return defineTool({
    name: 'cancel_appointment',
    description,
    schema,
    run: (args, context) =>
      inConversationTurn(desk.state, () => cancel(desk, args, context, pause)),
  });
}

async function cancel(
  desk: FrontDesk,
  { appointment: token, reason }: z.output<typeof schema>,
  context: ToolContext,
  pause: Pause,
): Promise<ToolAnswer> {
  const shown = desk.state.shown.get(token);
  if (!shown) {
    desk.metrics.count('authz_denied_total', { tool: 'cancel_appointment' });
    return unknownAppointment;
  }
  if (context.callerTurn() <= shown.atTurn) return waitForCaller;
  const { appointment } = shown;
  if (wasCancelledHere(desk, appointment)) return cancelled(appointment, context);
  const released = await release(desk, appointment, context);
  if (released !== 'released') return refusals[released];
  desk.state.deeds.push({ type: 'cancelled', appointment });
  desk.metrics.count('appointments_total', { channel: context.channel, what: 'cancelled' });
  await rewriteAppointment(desk, appointment.id, cancellationOf(reason, context), pause);
  return {
    ...cancelled(appointment, context),
    effects: [{ type: 'appointment-cancelled', appointmentId: appointment.id }],
  };
}

const unknownAppointment = refused({
  code: 'unknown-appointment',
  field: 'appointment',
  message: 'Não sei qual é esse atendimento. Preciso procurar de novo, com nome e nascimento.',
});

const waitForCaller = refused({
  code: 'wait-for-caller',
  message: 'Antes, preciso ouvir a confirmação. Posso mesmo cancelar esse atendimento?',
});

const refusals = {
  past: refused({
    code: 'past',
    message: 'Esse atendimento já começou ou já passou, então não consigo cancelar por aqui.',
  }),
  'not-possible': refused({
    code: 'not-possible',
    message: 'Esse atendimento eu não consigo cancelar por aqui. A recepção pode cancelar.',
  }),
  changed: refused({
    code: 'changed',
    message:
      'Esse atendimento mudou agora há pouco, então não cancelei. Preciso procurar de novo para conferir.',
  }),
};

function wasCancelledHere({ state }: FrontDesk, { id }: Appointment): boolean {
  return state.deeds.some((deed) => deed.type === 'cancelled' && deed.appointment.id === id);
}

/** With the version read just now: what was changed in between stays as it is. */
async function release(
  { agenda, schedule }: FrontDesk,
  { id }: Appointment,
  { clock }: ToolContext,
): Promise<'released' | keyof typeof refusals> {
  const reservation = await schedule.find(id);
  // Given up before, perhaps by a try of ours whose answer was lost: what is wanted is the case.
  if (reservation?.endedBecause === 'released') return 'released';
  // Written by staff, without a place in the agenda.
  if (!reservation) return 'not-possible';
  if (reservation.status !== 'booked') return 'changed';
  const { version } = reservation;
  const { outcome } = await agenda.booking.cancel({ id, version }, clock.wallMs());
  if (outcome === 'cancelled') return 'released';
  return outcome === 'past' ? 'past' : 'changed';
}

function cancellationOf(
  reason: string | undefined,
  { clock, conversationId, ...context }: ToolContext,
): (kept: Appointment) => Appointment {
  const at = new Date(clock.wallMs()).toISOString();
  const recordingMs = recordedMoment(context);
  const said = plainText(reason ?? '');
  return (kept) => {
    if (kept.status === 'cancelled') return kept;
    const note = said && `Motivo do cancelamento: ${said}`;
    const notes = [kept.notes, note].filter(Boolean).join(' · ').slice(0, longestNotes);
    const cancellation = { reason: 'by-patient', callId: conversationId, recordingMs, at } as const;
    return { ...kept, status: 'cancelled', notes: notes || null, cancellation };
  };
}

function cancelled(appointment: Appointment, context: ToolContext): ToolAnswer {
  const { protocol } = appointment;
  const what = appointmentWords(appointment, context);
  const code = wordingFor(context).code(protocol);
  const message = `Pronto, cancelei: ${what}. O protocolo é ${code}. Posso ajudar em mais alguma coisa?`;
  return { outcome: 'ok', output: { ok: true, protocol, status: 'cancelled', message } };
}
