import { z } from 'zod';
import { mayBookMore, notPossible } from '../booking-allowance.ts';
import {
  type HeldVisit,
  inConversationTurn,
  type OfferedSlot,
  type Payment,
} from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { slotOutput } from '../offers.ts';
import { callerNumber } from '../patient-phone.ts';
import { refuseHold } from '../slot-alternatives.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { holdVisit, type WantedVisit } from '../visit-hold.ts';
import { nextQuestion } from '../visit-questions.ts';
import { bookedText, heldText, totalText } from '../visit-summary.ts';
import { wordingFor } from '../visit-words.ts';

const mostSlots = 8;

const schema = z.strictObject({
  slots: z
    .array(z.string().min(1).max(40))
    .min(1)
    .max(mostSlots)
    .describe('Códigos "slot" vindos de find_slots, todos os da mesma visita de uma vez.'),
  appointment: z
    .string()
    .max(40)
    .optional()
    .describe('Só para remarcar: código "appointment" vindo de find_appointments.'),
});

/** Keeps chosen times for this conversation while the caller gives their data. */
export function createHoldSlots(desk: FrontDesk): Tool {
  return defineTool({
    name: 'hold_slots',
    description:
      'Guarda por alguns minutos os horários que a pessoa escolheu. Ainda não é agendamento. Uma nova escolha toma o lugar da anterior.',
    schema,
    run: (args, context) =>
      inConversationTurn(desk.state, async () => {
        const items = slotsOf(args.slots, desk);
        if (!items) return unknownSlot();
        const wanted = await wantedVisit(items, args.appointment, desk, context);
        if ('refusal' in wanted) return wanted.refusal;
        return hold(wanted, desk, context);
      }),
  });
}

/** In order of time; a slot named twice counts once. */
function slotsOf(tokens: readonly string[], { state }: FrontDesk): OfferedSlot[] | undefined {
  const slots = [...new Set(tokens)].map((token) => state.offers.get(token.trim()));
  const known = slots.filter((slot) => slot !== undefined);
  if (known.length < slots.length) return undefined;
  return known.sort((a, b) => a.startMs - b.startMs);
}

function unknownSlot(): ToolAnswer {
  return refused({
    code: 'unknown-slot',
    field: 'slots',
    message: 'Esse horário não vale mais. Vou procurar os horários de novo.',
  });
}

async function wantedVisit(
  items: readonly OfferedSlot[],
  token: string | undefined,
  desk: FrontDesk,
  context: ToolContext,
): Promise<WantedVisit | { refusal: ToolAnswer }> {
  const twice = repeatedIn(items);
  if (twice) return { refusal: repeated(twice) };
  const clash = overlapOf(items);
  if (clash) return { refusal: overlap(clash, context) };
  const { hold } = desk.state;
  const wanted = { items, payment: keptPayment(hold, items), atTurn: context.callerTurn() };
  if (!token) return { ...wanted, replaces: null };
  const shown = desk.state.shown.get(token.trim());
  const reservation = shown && (await desk.schedule.find(shown.appointment.id));
  if (!shown || reservation?.status !== 'booked') return { refusal: unknownAppointment() };
  const nowMs = context.clock.wallMs();
  if (reservation.items.some(({ startMs }) => startMs <= nowMs)) return { refusal: past() };
  const { id, version } = reservation;
  return { ...wanted, replaces: { appointment: shown.appointment, seen: { id, version } } };
}

/** One patient has each service once a visit: or eight times of it would count as one booking. */
function repeatedIn(items: readonly OfferedSlot[]): OfferedSlot | undefined {
  return items.find(({ bookable }, i) =>
    items.slice(0, i).some((earlier) => earlier.bookable.serviceId === bookable.serviceId),
  );
}

function repeated({ bookable }: OfferedSlot): ToolAnswer {
  return refused({
    code: 'repeated-service',
    field: 'slots',
    message: `Na mesma visita, só marco um horário de ${bookable.serviceName}. Qual deles prefere?`,
  });
}

/** Two own times that one person would have to be at together. */
function overlapOf(items: readonly OfferedSlot[]): [OfferedSlot, OfferedSlot] | undefined {
  const own = items.filter(({ mode }) => mode === 'appointed');
  for (const [index, later] of own.entries()) {
    const earlier = own.slice(0, index).find(({ endMs }) => endMs > later.startMs);
    if (earlier) return [earlier, later];
  }
  return undefined;
}

function overlap([first, second]: [OfferedSlot, OfferedSlot], context: ToolContext): ToolAnswer {
  const names = `${first.bookable.serviceName} e ${second.bookable.serviceName}`;
  return refused({
    code: 'overlap',
    field: 'slots',
    message: `Os horários de ${names} caem juntos, ${wordingFor(context).day(second.date)}. Vamos escolher outro horário para um deles?`,
  });
}

function unknownAppointment(): ToolAnswer {
  return refused({
    code: 'unknown-appointment',
    field: 'appointment',
    message: 'Não encontrei esse agendamento. Vou procurar de novo.',
  });
}

function past(): ToolAnswer {
  return refused({
    code: 'past',
    message: 'Esse atendimento já começou ou já passou, não dá mais para remarcar por aqui.',
  });
}

/** How it will be paid stays, unless it was counted in cash for another sum. */
function keptPayment(hold: HeldVisit | undefined, items: readonly OfferedSlot[]): Payment | null {
  const payment = hold?.payment ?? null;
  const prices = items.map(({ bookable }) => bookable.priceCentavos ?? Number.NaN);
  const total = prices.reduce((sum, price) => sum + price, 0);
  return payment?.method === 'cash' && total !== hold?.totalCentavos ? null : payment;
}

async function hold(
  wanted: WantedVisit,
  desk: FrontDesk,
  context: ToolContext,
): Promise<ToolAnswer> {
  const { conversationId } = context;
  const number = callerNumber(context);
  const nowMs = context.clock.wallMs();
  if (!desk.limits.takeHold(number ?? conversationId, nowMs)) return notPossible(context);
  const booker = { phones: [number] };
  if (!wanted.replaces && !(await mayBookMore(desk, booker, [], nowMs)))
    return notPossible(context);
  const answer = await holdVisit(desk, wanted, { conversationId, nowMs });
  if (answer.outcome === 'slot-taken' || answer.outcome === 'capacity-full') {
    desk.metrics.count('slot_conflict_total');
  }
  if (answer.outcome !== 'held') return refuseHold(answer, desk, context);
  desk.state.review = undefined;
  desk.state.offeredUntil.clear();
  return held(answer.hold, context);
}

function held(hold: HeldVisit, context: ToolContext): ToolAnswer {
  const { clinic } = context;
  const wording = wordingFor(context);
  const total = hold.totalCentavos;
  const rest = hold.replaces
    ? `O agendamento de antes, ${bookedText(hold.replaces, wording, clinic.timeZone)}, só é desmarcado quando você confirmar. Posso confirmar a mudança?`
    : nextQuestion(hold, clinic);
  const message = [
    `Guardei por alguns minutos: ${heldText(hold, wording, clinic.timeZone)}.`,
    totalText(total, clinic, wording),
    rest,
  ]
    .filter(Boolean)
    .join(' ');
  return {
    outcome: 'ok',
    output: {
      ok: true,
      message,
      items: hold.items.map((item) => slotOutput(item, wording, clinic.timeZone)),
      ...(total === null ? {} : { total: wording.money(total) }),
    },
  };
}
