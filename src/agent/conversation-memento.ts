import type { ClinicAgenda } from './clinic-agenda.ts';
import {
  type ConversationState,
  type Deed,
  emptyConversation,
  type HeldVisit,
  type OfferedSlot,
  type Review,
  type ShownAppointment,
} from './conversation-state.ts';

/** A slot with its bookable named only: the clinic's file says what it is now. */
type KeptSlot = Omit<OfferedSlot, 'bookable'> & { bookable: string };

/** What a text conversation knows between two messages, as plain JSON. Holds personal data. */
export interface ConversationMemento {
  schemaVersion: 1;
  savedAtMs: number;
  offers: KeptSlot[];
  hold: (Omit<HeldVisit, 'items'> & { items: KeptSlot[] }) | null;
  review: Review | null;
  shown: ShownAppointment[];
  verifiedPatients: string[];
  deeds: Deed[];
  offeredUntil: [string, number][];
  holds: number;
  lastBookedId: string | null;
}

/** Who was recognised is asked again after this pause: a telephone lies about, or is lent. */
const recognisedForMs = 30 * 60_000;
/** Deeds kept of one conversation; the oldest are in their records anyway. */
const mostDeeds = 60;
/** Offers kept: who answers a day later chooses from what was shown last. */
const mostOffers = 30;

export function saveConversation(state: ConversationState, nowMs: number): ConversationMemento {
  const { hold } = state;
  return {
    schemaVersion: 1,
    savedAtMs: nowMs,
    offers: [...state.offers.values()].slice(-mostOffers).map(toKept),
    hold: hold ? { ...hold, items: hold.items.map(toKept) } : null,
    review: state.review ?? null,
    shown: [...state.shown.values()],
    verifiedPatients: [...state.verifiedPatients],
    deeds: state.deeds.slice(-mostDeeds),
    offeredUntil: [...state.offeredUntil],
    holds: state.holds,
    lastBookedId: state.lastBooked?.id ?? null,
  };
}

/** What is no longer in the clinic's file is forgotten; a hold of it runs out by itself. */
export function restoreConversation(
  memento: ConversationMemento,
  agenda: Pick<ClinicAgenda, 'bookables'>,
  nowMs: number,
): ConversationState {
  const known = new Map(agenda.bookables.map((one) => [one.id, one]));
  const toOffered = (slot: KeptSlot): OfferedSlot[] => {
    const bookable = known.get(slot.bookable);
    return bookable ? [{ ...slot, bookable }] : [];
  };
  const items = memento.hold?.items.flatMap(toOffered) ?? [];
  const isWhole = items.length === memento.hold?.items.length;
  const isRecent = nowMs - memento.savedAtMs < recognisedForMs;
  const { lastBookedId, deeds } = memento;
  return {
    ...emptyConversation(),
    offers: new Map(memento.offers.flatMap(toOffered).map((slot) => [slot.token, slot])),
    hold: memento.hold && isWhole ? { ...memento.hold, items } : undefined,
    review: memento.review ?? undefined,
    shown: new Map(isRecent ? memento.shown.map((one) => [one.token, one]) : []),
    verifiedPatients: new Set(isRecent ? memento.verifiedPatients : []),
    deeds: [...deeds],
    offeredUntil: new Map(memento.offeredUntil),
    holds: memento.holds,
    lastBooked: deeds
      .flatMap((deed) => ('appointment' in deed ? deed.appointment : []))
      .find(({ id }) => id === lastBookedId),
  };
}

function toKept({ bookable, ...slot }: OfferedSlot): KeptSlot {
  return { ...slot, bookable: bookable.id };
}
