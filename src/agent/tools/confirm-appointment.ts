import { z } from 'zod';
import type { Appointment } from '../../scheduling/appointment.ts';
import { patientKey } from '../../scheduling/patient-key.ts';
import { type Pause, unhurried } from '../appointment-rewrite.ts';
import { type Booker, bookerKeys, mayBookMore, notPossible } from '../booking-allowance.ts';
import { type CommitAnswer, commitBooking } from '../booking-commit.ts';
import { type HeldVisit, inConversationTurn, type PatientDraft } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { newToken } from '../offers.ts';
import { draftOf } from '../patient-draft.ts';
import { callerNumber } from '../patient-phone.ts';
import { refuseChanged, refuseHold, refuseWithSlots } from '../slot-alternatives.ts';
import { nearestSlots } from '../slot-search.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { keepHeld, letGo } from '../visit-hold.ts';
import { readBackText } from '../visit-summary.ts';
import { wordingFor } from '../visit-words.ts';

/** What is left of a hold must be enough to write the appointment down. */
const timeToBookMs = 5_000;

/** Books what was read back, once the caller has answered. This is the only tool that makes an appointment. */
export function createConfirmAppointment(desk: FrontDesk, pause: Pause = unhurried): Tool {
  return defineTool({
    name: 'confirm_appointment',
    description:
      'Agenda de verdade o que foi resumido. Chame só depois de a pessoa ouvir o resumo e dizer que está certo. Só diga que agendou se a resposta tiver "ok": true.',
    schema: z.strictObject({}),
    run: (_, context) =>
      inConversationTurn(desk.state, async () => {
        const { hold } = desk.state;
        if (!hold) return withoutHold(desk, context);
        const agreed = agreedDraft(hold, desk, context);
        return 'refusal' in agreed
          ? agreed.refusal
          : confirm({ hold, draft: agreed.draft }, desk, context, pause);
      }),
  });
}

type Visit = { hold: HeldVisit; draft: PatientDraft };

/** Data that were read back before the caller last spoke. What moves an appointment needs only their answer. */
function agreedDraft(
  { replaces, atTurn }: HeldVisit,
  { state }: FrontDesk,
  context: ToolContext,
): { draft: PatientDraft } | { refusal: ToolAnswer } {
  const { review } = state;
  const draft = review?.draft ?? (replaces && draftOf(replaces));
  if (!draft) return { refusal: notReviewed() };
  const askedAtTurn = review?.atTurn ?? atTurn;
  return askedAtTurn < context.callerTurn() ? { draft } : { refusal: waitForCaller() };
}

function notReviewed(): ToolAnswer {
  return refused({
    code: 'not-reviewed',
    message: 'Antes de confirmar, preciso conferir os dados e repetir o resumo.',
  });
}

function waitForCaller(): ToolAnswer {
  return refused({
    code: 'wait-for-caller',
    message: 'Antes, preciso ouvir a confirmação. Está tudo certo? Posso confirmar?',
  });
}

async function confirm(
  { hold, draft }: Visit,
  desk: FrontDesk,
  context: ToolContext,
  pause: Pause,
): Promise<ToolAnswer> {
  const at = { conversationId: context.conversationId, nowMs: context.clock.wallMs() };
  const kept = await keepHeld(desk, hold, timeToBookMs, at);
  if (kept.outcome !== 'held') return refuseHold(kept, desk, context, 'hold-expired');
  const visit = { hold: kept.hold, draft };
  const booker = bookerOf(draft, context);
  return desk.limits.inTurn(bookerKeys(booker), async () => {
    if (
      !hold.replaces &&
      !(await mayBookMore(desk, booker, [kept.hold.reservation.id], at.nowMs))
    ) {
      await giveUp(visit.hold, desk, at.nowMs);
      return notPossible(context);
    }
    const answer = await commitBooking(desk, visit, context, pause);
    if (answer.outcome !== 'booked') return notBooked(answer.outcome, visit.hold, desk, context);
    return booked(answer, desk, context);
  });
}

function bookerOf({ patient, phone }: PatientDraft, context: ToolContext): Booker {
  const { name, birthDate } = patient;
  const phones = [phone, callerNumber(context)];
  return birthDate === null ? { phones } : { phones, patient: patientKey(name, birthDate) };
}

async function giveUp(hold: HeldVisit, desk: FrontDesk, nowMs: number): Promise<void> {
  desk.state.hold = undefined;
  desk.state.review = undefined;
  await letGo(desk, hold, nowMs);
}

/** Somebody else had the place by then, or what was to be moved is not as it was. */
async function notBooked(
  outcome: 'hold-expired' | 'changed',
  hold: HeldVisit,
  desk: FrontDesk,
  context: ToolContext,
): Promise<ToolAnswer> {
  const nowMs = context.clock.wallMs();
  await giveUp(hold, desk, nowMs);
  if (outcome === 'changed') return refuseChanged();
  const [first] = hold.items;
  const free = first
    ? await nearestSlots(desk.agenda, { bookables: [first.bookable], atMs: first.startMs }, nowMs)
    : [];
  const message = 'O tempo do horário guardado acabou e ele não foi agendado.';
  return refuseWithSlots({ code: 'hold-expired', message }, free, desk, context);
}

function booked(
  { appointment, file }: Extract<CommitAnswer, { outcome: 'booked' }>,
  desk: FrontDesk,
  context: ToolContext,
): ToolAnswer {
  const { state, metrics } = desk;
  const what = appointment.replaces ? 'rescheduled' : 'booked';
  state.hold = undefined;
  state.review = undefined;
  state.lastBooked = appointment;
  state.deeds.push({ type: what, appointment });
  // Only what is heard can be cut off.
  if (context.channel === 'voice') state.unheardReadBacks.set(appointment.id, appointment);
  for (const [token, shown] of state.shown) {
    if (shown.appointment.id === appointment.replaces) state.shown.delete(token);
  }
  const token = newToken();
  state.shown.set(token, { token, appointment, atTurn: context.callerTurn() });
  metrics.count('appointments_total', { channel: context.channel, what });
  const start = what === 'rescheduled' ? 'Pronto, remarquei' : 'Pronto, está agendado';
  return { ...answerOf(appointment, start, desk, context), effects: [effectOf(appointment, file)] };
}

function effectOf({ id, replaces }: Appointment, file: string) {
  return replaces
    ? ({ type: 'appointment-rescheduled', appointmentId: id, replaced: replaces, file } as const)
    : ({ type: 'appointment-booked', appointmentId: id, file } as const);
}

/** The same booking under another call id: the same answer, and nothing is done again. */
function withoutHold(desk: FrontDesk, context: ToolContext): ToolAnswer {
  const { lastBooked, deeds } = desk.state;
  const isCancelled = deeds.some(
    (deed) => deed.type === 'cancelled' && deed.appointment.id === lastBooked?.id,
  );
  if (!lastBooked || isCancelled) return notReviewed();
  return answerOf(lastBooked, 'Já está agendado', desk, context);
}

function answerOf(
  appointment: Appointment,
  start: string,
  { agenda, state }: FrontDesk,
  context: ToolContext,
): ToolAnswer {
  const { protocol, day, time, service, professional, price } = appointment;
  const wording = wordingFor(context);
  const shown = [...state.shown.values()].find((one) => one.appointment.id === appointment.id);
  return {
    outcome: 'ok',
    output: {
      ok: true,
      protocol,
      status: 'booked',
      ...{ day, time, service },
      ...(professional === null ? {} : { professional }),
      ...(price === null ? {} : { price: wording.money(price.centavos) }),
      ...(shown ? { appointment: shown.token } : {}),
      message: `${start}: ${readBackText(appointment, agenda, wording)}`,
    },
  };
}
