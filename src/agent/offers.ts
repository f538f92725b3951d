import { createId } from '../platform/id.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type { ConversationState, OfferedSlot } from './conversation-state.ts';
import { visitMoment, type Wording } from './visit-words.ts';

/** Base32 characters of a token: 60 random bits, and short enough for a model to copy without a slip. */
const tokenLength = 12;

/** Offers of one conversation that are remembered; the oldest are forgotten first. A caller hears three at a time. */
const mostOffers = 200;

/** A free time, before the caller is told of it. */
export type FreeSlot = Omit<OfferedSlot, 'token'>;

/** Opaque and unguessable; means something in this conversation only. */
export function newToken(): string {
  return createId().slice(0, tokenLength);
}

/** Gives each slot its token: the one it already has, when it was offered before. */
export function offerSlots(
  state: Pick<ConversationState, 'offers'>,
  slots: readonly FreeSlot[],
): OfferedSlot[] {
  return slots.map((slot) => {
    const known = [...state.offers.values()].find((one) => isSameSlot(one, slot));
    const offered = known ?? { ...slot, token: newToken() };
    state.offers.delete(offered.token);
    state.offers.set(offered.token, offered);
    const [oldest] = state.offers.keys();
    if (state.offers.size > mostOffers && oldest !== undefined) state.offers.delete(oldest);
    return offered;
  });
}

export function isSameSlot(a: FreeSlot, b: FreeSlot): boolean {
  return a.bookable.id === b.bookable.id && a.startMs === b.startMs;
}

/** A slot as the model is told of it. */
export function slotOutput(slot: OfferedSlot, wording: Wording, timeZone: string) {
  const { bookable, token } = slot;
  const { practitionerName, priceCentavos } = bookable;
  return {
    slot: token,
    service: bookable.serviceName,
    ...(practitionerName === null ? {} : { practitioner: practitionerName }),
    date: slot.date,
    time: wallTimeOf(slot.startMs, timeZone).time,
    spoken: visitMoment(slot, wording, timeZone),
    ...(priceCentavos === null ? {} : { price: wording.money(priceCentavos) }),
  };
}
