import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { Booking } from '../scheduling/booking.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import { createBookingLimits } from './booking-limits.ts';
import { type ClinicAgenda, createClinicAgenda } from './clinic-agenda.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import {
  type ConversationMemento,
  restoreConversation,
  saveConversation,
} from './conversation-memento.ts';
import {
  type AgreedTransfer,
  type CarriedOver,
  emptyConversation,
  inConversationTurn,
} from './conversation-state.ts';
import { guardedInEmergency } from './emergency-guard.ts';
import {
  createEmergencyWatch,
  type EmergencyMemento,
  type EmergencyWatch,
} from './emergency-watch.ts';
import type { FrontDesk } from './front-desk.ts';
import type { OptOutStore } from './opt-out-store.ts';
import type { OutboundContact } from './outbound-contact.ts';
import type { ScriptNotebook } from './script-notebook.ts';
import { createSpeechWatch, type PausableSpeechWatch, type SpeechMemento } from './speech-watch.ts';
import type { StaffRequestStore } from './staff-request.ts';
import { agreeByStaff } from './staff-transfer.ts';
import type { Channel, Tool } from './tool.ts';
import { createKnownParameters } from './tool-parameters.ts';
import { createAnswerContact } from './tools/answer-contact.ts';
import { createCancelAppointment } from './tools/cancel-appointment.ts';
import { createChangeSubject } from './tools/change-subject.ts';
import { createCheckCode } from './tools/check-code.ts';
import { createChoosePayment } from './tools/choose-payment.ts';
import { createClinicInfo } from './tools/clinic-info.ts';
import { createConfirmAppointment } from './tools/confirm-appointment.ts';
import { createEndCall } from './tools/end-call.ts';
import { createFindAppointments } from './tools/find-appointments.ts';
import { createFindSlots } from './tools/find-slots.ts';
import { createHoldSlots } from './tools/hold-slots.ts';
import { createJoinWaitingList } from './tools/join-waiting-list.ts';
import { createLeaveMessage } from './tools/leave-message.ts';
import { createListServices } from './tools/list-services.ts';
import { createRecordAnswer } from './tools/record-answer.ts';
import { createRequestResults } from './tools/request-results.ts';
import { createReviewAppointment } from './tools/review-appointment.ts';
import { createSendCode } from './tools/send-code.ts';
import { createServiceDetails } from './tools/service-details.ts';
import { createStopCalls } from './tools/stop-calls.ts';
import { createTransferCall } from './tools/transfer-call.ts';
import type { VerificationCodes } from './verification-codes.ts';
import { letGo } from './visit-hold.ts';

/** What one conversation works with, on any channel. */
export interface ConversationDesk {
  tools: readonly Tool[];
  watch: PausableSpeechWatch;
  /** Over the caller's words, as `watch` is over the agent's. */
  emergency: EmergencyWatch;
  /** A read-back was heard to its end. @param endMs on the recording's clock */
  keepReadBack(appointmentId: string, endMs: number): void;
  /** Staff have the caller put through. @returns whether that destination exists and answers now */
  agreeTransfer(destination: string): boolean;
  /** Whom the caller last agreed to be put through to. */
  agreedTransfer(): AgreedTransfer | undefined;
  /** For the conversation that goes on when nobody takes the call. */
  carryOver(): Pick<CarriedOver, 'deeds' | 'failedTransfers'>;
  /** The conversation pauses; a desk opened with this goes on. After the work that is under way. */
  suspend(): Promise<DeskMemento>;
  /** The conversation is over: what was held and not confirmed is free again. Never rejects. */
  close(): Promise<void>;
}

/** Plain JSON, with personal data. */
export interface DeskMemento {
  state: ConversationMemento;
  emergency: EmergencyMemento;
  speech: SpeechMemento;
}

interface NewConversation {
  clinic: ClinicProfile;
  id: string;
  /** Voice when left out. */
  channel?: Channel;
  /** We rang somebody on a list. */
  contact?: OutboundContact;
  earlier?: CarriedOver | undefined;
  /** Of the same conversation, when it goes on after a pause. */
  resumed?: DeskMemento | undefined;
  /** Where the answers of its script are kept; left out: none serves it. */
  notebook?: ScriptNotebook | undefined;
}

/** The front desks of all clinics: they share agenda, limits and codes, and nothing of a conversation. */
export interface Reception {
  /** By the clinic's id. */
  bookingOf(clinic: string): Booking | undefined;
  /** The same agenda that callers are offered times from. */
  agendaOf(clinic: string): ClinicAgenda | undefined;
  open(conversation: NewConversation): ConversationDesk;
}

export function createReception(parts: {
  clinics: readonly ClinicProfile[];
  schedule: ScheduleStore;
  appointments: AppointmentStore;
  requests: StaffRequestStore;
  optOuts: Pick<OptOutStore, 'add'>;
  codes: VerificationCodes;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Reception {
  const { appointments, log } = parts;
  /** By profile, not by id: a conversation keeps the one it began with when another is published. */
  const agendas = new WeakMap<ClinicProfile, ClinicAgenda>();
  const limits = createBookingLimits();
  const withKnownParameters = createKnownParameters();

  function agendaOf(clinic: ClinicProfile): ClinicAgenda {
    const known = agendas.get(clinic) ?? createClinicAgenda(clinic, parts.schedule);
    agendas.set(clinic, known);
    return known;
  }

  function agendaNow(id: string): ClinicAgenda | undefined {
    const clinic = parts.clinics.find((one) => one.id === id);
    return clinic && agendaOf(clinic);
  }

  function open({
    clinic,
    id,
    channel = 'voice',
    contact,
    earlier,
    resumed,
    notebook,
  }: NewConversation): ConversationDesk {
    const agenda = agendaOf(clinic);
    const state = resumed
      ? restoreConversation(resumed.state, agenda, parts.clock.wallMs())
      : emptyConversation(earlier);
    const emergency = createEmergencyWatch({ clinic, channel, earlier: resumed?.emergency });
    const desk: FrontDesk = { ...parts, agenda, limits, state };
    const watch = createSpeechWatch({
      state,
      clinic,
      conversationId: id,
      emergencies: emergency.events,
      earlier: resumed?.speech,
    });
    return {
      tools: guardedInEmergency(
        [
          ...toolsOf(desk, contact),
          ...(channel === 'voice' ? [] : [createListServices(desk)]),
          ...(notebook ? [createRecordAnswer(desk, notebook), createChangeSubject(notebook)] : []),
        ].map(withKnownParameters),
        emergency,
      ),
      emergency,
      watch,
      keepReadBack(appointmentId, endMs) {
        const readBackMs = Math.max(0, Math.round(endMs));
        const note = appointments.update(appointmentId, (kept) => ({
          ...kept,
          evidence: { ...kept.evidence, readBackMs },
        }));
        note.catch((err) => log.error({ err, appointmentId }, 'a read-back was not noted'));
      },
      agreeTransfer: (destination) => agreeByStaff(desk, clinic, destination, parts.clock.wallMs()),
      agreedTransfer: () => state.agreedTransfer,
      carryOver: () => ({ deeds: [...state.deeds], failedTransfers: state.failedTransfers }),
      suspend: () =>
        inConversationTurn(state, async () => ({
          state: saveConversation(state, parts.clock.wallMs()),
          emergency: emergency.memento(),
          speech: watch.memento(),
        })),
      // After what is under way: what was being held is let go as well, what was being booked is not taken away again.
      close: () =>
        inConversationTurn(state, async () => {
          const { hold } = state;
          state.hold = undefined;
          if (hold) await letGo(desk, hold, parts.clock.wallMs());
        }),
    };
  }

  return {
    bookingOf: (clinic) => agendaNow(clinic)?.booking,
    agendaOf: agendaNow,
    open,
  };
}

function toolsOf(desk: FrontDesk, contact: OutboundContact | undefined): Tool[] {
  return [
    createClinicInfo(desk),
    createServiceDetails(desk),
    createFindSlots(desk),
    createHoldSlots(desk),
    createChoosePayment(desk),
    createReviewAppointment(desk),
    createConfirmAppointment(desk),
    createFindAppointments(desk),
    createSendCode(desk),
    createCheckCode(desk),
    createCancelAppointment(desk),
    createRequestResults(desk),
    createLeaveMessage(desk),
    createJoinWaitingList(desk),
    createTransferCall(desk),
    createStopCalls(desk, contact),
    createEndCall(desk),
    ...(contact ? [createAnswerContact(desk, contact)] : []),
  ];
}
