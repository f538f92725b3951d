import type { FrontDesk } from './front-desk.ts';
import { type FreeSlot, offerSlots, slotOutput } from './offers.ts';
import { refused, type ToolAnswer, type ToolContext } from './tool.ts';
import type { VisitHoldAnswer } from './visit-hold.ts';
import { spokenOffer } from './visit-offer.ts';
import { wordingFor } from './visit-words.ts';

/** A refusal that offers other times at once. */
export function refuseWithSlots(
  refusal: { code: string; message: string; field?: string },
  alternatives: readonly FreeSlot[],
  desk: Pick<FrontDesk, 'state'>,
  context: ToolContext,
): ToolAnswer {
  const { timeZone } = context.clinic;
  const wording = wordingFor(context);
  const offers = offerSlots(desk.state, alternatives);
  const rest =
    offers.length > 0
      ? `Tenho ainda: ${spokenOffer(offers, wording, timeZone)} Algum serve?`
      : 'Quer que eu procure outro dia?';
  const slots = offers.map((one) => slotOutput(one, wording, timeZone));
  return refused({ ...refusal, message: `${refusal.message} ${rest}`, slots });
}

type NotHeld = Exclude<VisitHoldAnswer, { outcome: 'held' }>;

const troubles: Record<Exclude<NotHeld['outcome'], 'not-found' | 'changed'>, string> = {
  'slot-taken': 'Esse horário acabou de ser ocupado.',
  'capacity-full': 'As vagas desse dia acabaram agora há pouco.',
  past: 'Esse horário já passou.',
  'too-soon': 'Esse horário está muito em cima da hora para marcar.',
  'too-far': 'Essa data ainda não está aberta na agenda.',
  closed: 'Nesse dia não há mais atendimento.',
  'off-grid': 'Esse horário não está mais na agenda.',
};

/** Why a visit could not be held, with what is free instead. @param code where the trouble has a name of its own */
export function refuseHold(
  answer: NotHeld,
  desk: Pick<FrontDesk, 'state'>,
  context: ToolContext,
  code?: 'hold-expired',
): ToolAnswer {
  const { outcome, alternatives } = answer;
  if (outcome === 'not-found' || outcome === 'changed') return refuseChanged();
  const refusal = { code: code ?? outcome, message: troubles[outcome] };
  return refuseWithSlots(
    code ? refusal : { ...refusal, field: 'slots' },
    alternatives,
    desk,
    context,
  );
}

/** What was to be moved is not as it was. */
export function refuseChanged(): ToolAnswer {
  return refused({
    code: 'changed',
    message: 'Esse agendamento mudou nesse meio-tempo. Vou conferir de novo como ele está.',
  });
}
