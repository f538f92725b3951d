import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import {
  type ConversationDesk,
  createReception,
  type Reception,
} from '../../src/agent/reception.ts';
import type { ToolEffect } from '../../src/agent/tool.ts';
import { createToolbox } from '../../src/agent/toolbox.ts';
import { createVerificationCodes } from '../../src/agent/verification-codes.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { createMemoryOptOutStore } from '../../src/storage/memory-opt-out-store.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import type { ToolOutput } from './booking-by-tools.ts';

/** The front desk without a telephone: tools are called one by one, as a model would. */

export interface DirectStores {
  appointments: ReturnType<typeof createMemoryAppointmentStore>;
  schedule: ReturnType<typeof createMemoryScheduleStore>;
  requests: ReturnType<typeof createMemoryStaffRequestStore>;
  optOuts: ReturnType<typeof createMemoryOptOutStore>;
}

export function memoryStores(): DirectStores {
  return {
    appointments: createMemoryAppointmentStore(),
    schedule: createMemoryScheduleStore(),
    requests: createMemoryStaffRequestStore(),
    optOuts: createMemoryOptOutStore(),
  };
}

export interface DirectReception {
  reception: Reception;
  /** Texts that were sent to telephones. */
  sent: { to: string; text: string }[];
  /** Everything that was logged. */
  logged: string[];
  begin(options?: { id?: string; callerE164?: string; clinic?: ClinicProfile }): DirectConversation;
}

export interface DirectConversation {
  desk: ConversationDesk;
  effects: ToolEffect[];
  /** The caller says something. */
  callerSpeaks(): void;
  use(name: string, args?: Record<string, unknown>, callId?: string): Promise<ToolOutput>;
}

export function directReception(options: {
  clinic: ClinicProfile;
  clock: Clock;
  stores?: DirectStores;
}): DirectReception {
  const { clinic, clock, stores = memoryStores() } = options;
  const sent: DirectReception['sent'] = [];
  const logged: string[] = [];
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const codes = createVerificationCodes({
    send: async ({ to, text }) => {
      sent.push({ to, text });
      return { outcome: 'sent' };
    },
    clock,
    log,
    metrics,
  });
  const reception = createReception({ ...stores, clinics: [clinic], codes, clock, log, metrics });
  let conversations = 0;
  return {
    reception,
    sent,
    logged,
    begin({ id = `call-${++conversations}`, callerE164, clinic: other = clinic } = {}) {
      const desk = reception.open({ clinic: other, id });
      const effects: ToolEffect[] = [];
      const caller = callerE164 ? { callerE164 } : {};
      const toolbox = createToolbox({
        tools: desk.tools,
        context: {
          clinic: other,
          channel: 'voice',
          conversationId: id,
          positionMs: () => 42_000,
          ...caller,
        },
        clock,
        log,
        metrics,
        // Tests ask more than a conversation does.
        limits: { callsPerTurn: 1_000, callsPerConversation: 5_000, sameCalls: 1_000 },
      });
      let calls = 0;
      return {
        desk,
        effects,
        callerSpeaks: () => toolbox.startTurn(),
        async use(name, args = {}, callId = `${id}-${++calls}`) {
          const result = await toolbox.run({ callId, name, argumentsJson: JSON.stringify(args) });
          effects.push(...result.effects);
          return JSON.parse(result.output) as ToolOutput;
        },
      };
    },
  };
}

/** Somebody whom the shipped clinic can book. */
export const maria = { patient_name: 'Maria da Silva', birth_date: '12/03/1985', rg: '2001002003' };

/** Finds, holds, reviews and confirms the first free time. @returns what confirm_appointment answered */
export async function bookDirectly(
  conversation: DirectConversation,
  wish: { service?: string; when?: string; patient?: Record<string, string> } = {},
): Promise<ToolOutput> {
  const { service = 'cardiologista', when, patient = maria } = wish;
  const found = await conversation.use('find_slots', { service, ...(when ? { when } : {}) });
  const slot = found.slots?.[0]?.slot;
  if (!slot) return found;
  const held = await conversation.use('hold_slots', { slots: [slot] });
  if (!held.ok) return held;
  const review = await conversation.use('review_appointment', patient);
  if (!review.ok) return review;
  conversation.callerSpeaks();
  return conversation.use('confirm_appointment');
}
