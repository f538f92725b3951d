import { createBookingLimits } from '../../src/agent/booking-limits.ts';
import { createClinicAgenda } from '../../src/agent/clinic-agenda.ts';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import { emptyConversation } from '../../src/agent/conversation-state.ts';
import type { FrontDesk } from '../../src/agent/front-desk.ts';
import type { Tool, ToolContext } from '../../src/agent/tool.ts';
import { type CodeMessage, createVerificationCodes } from '../../src/agent/verification-codes.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { createMemoryOptOutStore } from '../../src/storage/memory-opt-out-store.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { appointment, clockAt, contextFor, thursdayMorning } from './agent-fixtures.ts';
import { book, claim } from './schedule-fixtures.ts';

/** A clinic with its stores, in which conversations begin and tools are run one by one. */
export function openClinic(clinic: ClinicProfile, stores = memoryStores()) {
  const clock = clockAt(thursdayMorning);
  const logged: string[] = [];
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const sent: CodeMessage[] = [];
  const codes = createVerificationCodes({
    send: async (message) => {
      sent.push(message);
      return { outcome: 'sent' };
    },
    clock,
    log,
    metrics,
  });
  const shared = { ...stores, codes, log, metrics, limits: createBookingLimits() };
  const agenda = createClinicAgenda(clinic, stores.schedule);

  /** @param rest where the conversation comes from; its turns are counted by `callerSpeaks` */
  function begin(rest: Partial<ToolContext> = {}) {
    let turns = 0;
    const desk: FrontDesk = { ...shared, agenda, state: emptyConversation() };
    const context = contextFor(clinic, {
      clock,
      conversationId: `call-${createId()}`,
      callerTurn: () => turns,
      ...rest,
    });
    return {
      desk,
      context,
      callerSpeaks: () => {
        turns += 1;
      },
      use: async (tool: Tool, args: unknown) => {
        const prepared = tool.prepare(args);
        if (!prepared.accepted) return { outcome: 'refused' as const, output: prepared.refusal };
        return prepared.run(context);
      },
    };
  }

  /** An appointment that is booked in both stores. */
  async function booked(rest: Partial<Appointment> = {}): Promise<Appointment> {
    const id = rest.id ?? createId();
    const claims = [claim(0, 30, { resource: `practitioner:${id}` })];
    await book(stores.schedule, { id, claims });
    const one = appointment({ ...rest, id, status: 'booked' });
    await stores.appointments.save(one);
    return one;
  }

  return { ...stores, begin, booked, clock, logged, metrics, sent };
}

export function memoryStores() {
  return {
    appointments: createMemoryAppointmentStore(),
    schedule: createMemoryScheduleStore(),
    requests: createMemoryStaffRequestStore(),
    optOuts: createMemoryOptOutStore(),
  };
}

/** What was sent behind the answers has been sent. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The six digits of a message. */
export function codeIn(message: CodeMessage | undefined): string {
  const digits = /(\d{3}) (\d{3})/.exec(message?.text ?? '');
  if (!digits) throw new Error('no code was sent');
  return `${digits[1]}${digits[2]}`;
}
