import type { Appointment, ContactAnswer } from '../scheduling/appointment.ts';
import type { Slot } from '../scheduling/availability.ts';
import type { Seen } from '../scheduling/schedule-store.ts';
import type { Bookable } from './clinic-agenda.ts';
import type { PaymentMethod } from './clinic-profile.ts';
import type { StaffRequest } from './staff-request.ts';
import type { TransferDestination } from './transfer-setting.ts';

/** A free time that this conversation was offered. Its token means nothing anywhere else. */
export interface OfferedSlot {
  token: string;
  bookable: Bookable;
  date: string;
  mode: Slot['mode'];
  startMs: number;
  endMs: number;
}

/** What is held for this conversation and not booked yet. */
export interface HeldVisit {
  /** `replaces`: the reservation of the appointment that is moved, as it was when this was held. */
  reservation: Seen & { replaces: Seen | null };
  items: readonly OfferedSlot[];
  expiresAtMs: number;
  /** Null when one of the services has no known price. */
  totalCentavos: number | null;
  /** To be given up for this one. */
  replaces: Appointment | null;
  payment: Payment | null;
  /** `ToolContext.callerTurn()` when it was held. */
  atTurn: number;
}

export interface Payment {
  method: PaymentMethod;
  cashCentavos: number | null;
  changeCentavos: number | null;
}

/** Data of the patient that were read back, waiting for the caller's yes. */
export interface Review {
  draft: PatientDraft;
  /** `ToolContext.callerTurn()` when it was read back. */
  atTurn: number;
}

export interface PatientDraft {
  /** Who speaks to us. */
  clientName: string;
  patient: Appointment['patient'];
  phone: string | null;
  phoneSource: Appointment['phoneSource'];
  email: string | null;
  notes: string | null;
}

/** An appointment that this caller may see, change and cancel. */
export interface ShownAppointment {
  token: string;
  appointment: Appointment;
  /** `ToolContext.callerTurn()` when it was shown. */
  atTurn: number;
}

/** What really happened in this conversation, in order: what the agent may say was done. */
export type Deed =
  | {
      type: 'booked' | 'rescheduled' | 'cancelled' | 'confirmed' | 'shown';
      appointment: Appointment;
    }
  /** To a call of ours, without anything being confirmed or cancelled by it. */
  | { type: 'contact-answered'; answer: ContactAnswer }
  | { type: 'request-recorded'; request: StaffRequest }
  | { type: 'code-asked' }
  /** Nobody contacts the number of this conversation any more. */
  | { type: 'calls-stopped' };

/** The caller is put through; nothing has been dialled yet. */
export interface AgreedTransfer {
  destination: TransferDestination;
  /** For the ear of whoever is called, when they are asked first. Personal data. */
  briefing: string;
  failedBefore: number;
}

/** What goes on in the conversation that follows a transfer nobody took. Who was verified is not among it. */
export interface CarriedOver {
  deeds: readonly Deed[];
  failedTransfers: ReadonlyMap<string, number>;
  /** The destination that may be tried again, and is offered with the first words. */
  offeredTransfer: string | undefined;
}

/** Everything one conversation knows. Owned by its front desk; gone with the conversation. */
export interface ConversationState {
  offers: Map<string, OfferedSlot>;
  hold: HeldVisit | undefined;
  review: Review | undefined;
  shown: Map<string, ShownAppointment>;
  /** `recordKey`s whose number on file answered with a code in this conversation. */
  verifiedPatients: Set<string>;
  deeds: Deed[];
  /** Bookings whose read-back was not heard to its end yet, by appointment id. */
  unheardReadBacks: Map<string, Appointment>;
  /** Those of them that the agent has said in full and that are on their way to the caller's ear. */
  readBacksUnderWay: Set<string>;
  /** Last time offered to who named no day, by what was asked for: “mais opções” goes on from there. Epoch ms. */
  offeredUntil: Map<string, number>;
  /** Holds made so far: each gets a business key of its own. */
  holds: number;
  /** The latest booking, while nothing was held since: asked to confirm it again, the answer is the same. */
  lastBooked: Appointment | undefined;
  /** Whom the caller was asked whether they want to be put through to; `ToolContext.callerTurn()` then. */
  offeredTransfer: { id: string; atTurn: number } | undefined;
  agreedTransfer: AgreedTransfer | undefined;
  /** How often a destination was rung in vain, by its id. */
  failedTransfers: Map<string, number>;
  /** When the caller was asked whether they really want no more calls; `ToolContext.callerTurn()` then. */
  stopCallsAskedAtTurn: number | undefined;
  /** End of the work that others of this conversation wait for; see `inConversationTurn`. */
  lastWork: Promise<unknown>;
}

export function emptyConversation(earlier?: CarriedOver): ConversationState {
  return {
    offers: new Map(),
    hold: undefined,
    review: undefined,
    shown: new Map(),
    verifiedPatients: new Set(),
    deeds: [...(earlier?.deeds ?? [])],
    unheardReadBacks: new Map(),
    readBacksUnderWay: new Set(),
    offeredUntil: new Map(),
    holds: 0,
    lastBooked: undefined,
    offeredTransfer: earlier?.offeredTransfer
      ? { id: earlier.offeredTransfer, atTurn: 0 }
      : undefined,
    agreedTransfer: undefined,
    failedTransfers: new Map(earlier?.failedTransfers),
    stopCallsAskedAtTurn: undefined,
    lastWork: Promise.resolve(),
  };
}

/** Runs what changes a conversation one after another: a model may call two tools at once. */
export function inConversationTurn<T>(
  state: ConversationState,
  work: () => Promise<T>,
): Promise<T> {
  const mine = state.lastWork.then(work, work);
  state.lastWork = mine.catch(() => undefined);
  return mine;
}
