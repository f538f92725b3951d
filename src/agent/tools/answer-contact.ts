import { z } from 'zod';
import {
  type Appointment,
  type ContactAnswer,
  contactAnswers,
} from '../../scheduling/appointment.ts';
import { inConversationTurn } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import type { OutboundContact } from '../outbound-contact.ts';
import { recordedMoment } from '../recorded-moment.ts';
import { callOff } from '../staff-cancellation.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';

const schema = z.strictObject({
  answer: z
    .enum(contactAnswers)
    .describe(
      'confirmed: vem; wants-to-move: quer outro horário; cancel: quer cancelar; do-not-call: não quer mais ser chamada; wrong-person: outra pessoa ou engano.',
    ),
});

/** What was answered, and where in the conversation. */
interface Said {
  answer: ContactAnswer;
  context: ToolContext;
}

/**
 * The answer to a call of ours, written where staff look: on the appointment of this very call and on its list. Which
 * appointment that is, the server knows; the model has no say in it. Asked again, it writes the same again.
 */
export function createAnswerContact(desk: FrontDesk, contact: OutboundContact): Tool {
  let cancelAskedAtTurn: number | undefined;
  return defineTool({
    name: 'answer_contact',
    description:
      'Registra a resposta da pessoa à nossa ligação. Chame só depois de ela responder; pode ser chamada de novo se ela mudar de ideia.',
    schema,
    run: ({ answer }, context) =>
      inConversationTurn(desk.state, async () => {
        const turn = context.callerTurn();
        if (turn === 0) return waitForCaller;
        if (answer === 'cancel' && contact.appointmentId !== undefined) {
          // Whoever picks up a telephone may have been misheard once, not twice.
          cancelAskedAtTurn ??= turn;
          if (turn <= cancelAskedAtTurn) return askBeforeCancelling;
        }
        return write(desk, contact, { answer, context });
      }),
  });
}

const waitForCaller = refused({
  code: 'wait-for-caller',
  message: 'A pessoa ainda não respondeu. Pergunte e espere a resposta.',
});

const askBeforeCancelling = refused({
  code: 'wait-for-caller',
  message: 'Antes, preciso ouvir a confirmação. Posso mesmo cancelar esse horário?',
});

const notStanding = refused({
  code: 'not-booked',
  message:
    'Esse horário não está mais marcado como antes. Peça desculpas e ofereça procurar outro ou deixar um recado.',
});

const past = refused({
  code: 'past',
  message: 'Esse horário já começou ou já passou, então não consigo cancelar por aqui.',
});

async function write(desk: FrontDesk, contact: OutboundContact, said: Said): Promise<ToolAnswer> {
  const { answer, context } = said;
  // First: it holds whatever becomes of the rest.
  if (answer === 'do-not-call') await contact.neverAgain();
  const written =
    contact.appointmentId === undefined
      ? undefined
      : await writeOn(desk, contact.appointmentId, said);
  if (written && 'refusal' in written) return written.refusal;
  await contact.keepAnswer(answer, context.conversationId);
  desk.metrics.count('contact_answers_total', { answer });
  noteDeed(desk, answer, written?.appointment);
  const message =
    contact.appointmentId === undefined && answer === 'cancel' ? passedOn : messages[answer];
  return {
    outcome: 'ok',
    output: { ok: true, answer, message },
    ...(answer === 'cancel' && written
      ? { effects: [{ type: 'appointment-cancelled', appointmentId: written.appointment.id }] }
      : {}),
  };
}

const passedOn =
  'Certo, a recepção vai ver que você quer cancelar. Posso ajudar em mais alguma coisa?';

const messages: Record<ContactAnswer, string> = {
  confirmed: 'Presença confirmada. Posso ajudar em mais alguma coisa?',
  'wants-to-move':
    'Sem problema. Para achar outro horário, preciso do nome completo e da data de nascimento do paciente.',
  cancel: 'Pronto, o horário está cancelado. Quer procurar outro dia?',
  'do-not-call':
    'Certo, não vamos mais ligar para este número. O que já está marcado continua valendo.',
  'wrong-person': 'Desculpe o engano, e agradeço por avisar. Tenha um bom dia!',
};

type Written = { appointment: Appointment } | { refusal: ToolAnswer };

async function writeOn(desk: FrontDesk, id: string, said: Said): Promise<Written> {
  if (said.answer === 'cancel') return cancel(desk, id, said);
  let isStanding = false;
  const updated = await desk.appointments.update(id, (kept) => {
    isStanding = kept.status === 'booked' || kept.status === 'pending';
    return isStanding || said.answer === 'do-not-call' || said.answer === 'wrong-person'
      ? { ...kept, confirmation: confirmationOf(kept, said) }
      : kept;
  });
  const mustStand = said.answer === 'confirmed' || said.answer === 'wants-to-move';
  if (updated.outcome === 'not-found' || (mustStand && !isStanding))
    return { refusal: notStanding };
  return { appointment: updated.appointment };
}

async function cancel(desk: FrontDesk, id: string, said: Said): Promise<Written> {
  const { conversationId: callId, clock } = said.context;
  const parts = { ...desk, clock, bookingOf: () => desk.agenda.booking };
  const answer = await callOff(parts, id, (kept, at) => ({
    ...kept,
    status: 'cancelled',
    cancellation: { reason: 'by-patient', callId, recordingMs: recordedMoment(said.context), at },
    confirmation: confirmationOf(kept, said),
  }));
  if (answer.outcome === 'cancelled') return answer;
  return { refusal: answer.outcome === 'past' ? past : notStanding };
}

function confirmationOf(kept: Appointment, { answer, context }: Said): Appointment['confirmation'] {
  const { conversationId: callId, clock } = context;
  const before = kept.confirmation;
  // “Yes, I come, and do not call me again”: that they come is what the agenda must say.
  if (answer === 'do-not-call' && before?.callId === callId) return before;
  const at = new Date(clock.wallMs()).toISOString();
  return { answer, at, callId, recordingMs: recordedMoment(context) };
}

function noteDeed(
  { state, metrics }: FrontDesk,
  answer: ContactAnswer,
  appointment: Appointment | undefined,
): void {
  if (appointment && answer === 'confirmed') state.deeds.push({ type: 'confirmed', appointment });
  else if (appointment && answer === 'cancel') {
    if (state.deeds.some(({ type }) => type === 'cancelled')) return;
    state.deeds.push({ type: 'cancelled', appointment });
    metrics.count('appointments_total', { channel: 'voice', what: 'cancelled' });
  } else state.deeds.push({ type: 'contact-answered', answer });
}
