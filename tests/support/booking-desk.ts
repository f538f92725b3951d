import { type ClinicProfile, clinicSchema } from '../../src/agent/clinic-profile.ts';
import type { Tool, ToolContext } from '../../src/agent/tool.ts';
import { createChoosePayment } from '../../src/agent/tools/choose-payment.ts';
import { createClinicInfo } from '../../src/agent/tools/clinic-info.ts';
import { createConfirmAppointment } from '../../src/agent/tools/confirm-appointment.ts';
import { createFindSlots } from '../../src/agent/tools/find-slots.ts';
import { createHoldSlots } from '../../src/agent/tools/hold-slots.ts';
import { createReviewAppointment } from '../../src/agent/tools/review-appointment.ts';
import { createServiceDetails } from '../../src/agent/tools/service-details.ts';
import { memoryStores, openClinic } from './identity-desk.ts';

/** What a tool answers, as far as tests look at it. */
export interface Answer {
  outcome: 'ok' | 'refused';
  code?: string;
  field?: string;
  message: string;
  slots: { slot: string; date: string; time: string; practitioner?: string; spoken: string }[];
  output: Record<string, unknown>;
  effects: unknown[];
}

export const maria = {
  patient_name: 'Maria da Silva',
  birth_date: 'doze do três de oitenta e cinco',
  rg: '20 01 002 003',
};

/**
 * A clinic that is small enough to count: Ana (appointed, 30 minutes, two hours a day, own room needed by nobody else),
 * Bia (Tuesdays at two in the afternoon, two places), a test of the team from six to nine.
 */
export function smallClinic(more: Record<string, unknown> = {}): ClinicProfile {
  const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'];
  return clinicSchema.parse({
    id: 'pequena',
    name: 'Clínica Pequena',
    timeZone: 'America/Fortaleza',
    address: 'Rua das Flores, 10',
    city: 'Aurora',
    state: 'CE',
    numbers: ['+558835430000'],
    reception: '+558835430001',
    openingHours: [{ days: weekdays, from: '06:00', to: '18:00' }],
    booking: { patientData: { rg: 'required' } },
    payment: {
      methods: ['cash', 'pix', 'credit-card'],
      pixKey: { type: 'email', value: 'pix@pequena.com.br' },
    },
    practitioners: [
      {
        id: 'ana-lima',
        name: 'Ana Lima',
        title: 'Dra.',
        specialties: ['Cardiologia'],
        schedules: [
          { kind: 'weekly', days: weekdays, at: '08:00', until: '10:00', byAppointedTime: true },
        ],
        consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 250 }],
        bring: ['exames recentes'],
      },
      {
        id: 'bia-rocha',
        name: 'Bia Rocha',
        title: 'Dra.',
        specialties: ['Psicologia'],
        schedules: [{ kind: 'weekly', days: ['tue'], at: '14:00', places: 2 }],
        consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 130 }],
        arriveMinutesBefore: 5,
      },
    ],
    services: [
      {
        id: 'sangue',
        name: 'Exame de sangue',
        schedules: [{ kind: 'window', days: weekdays, from: '06:00', to: '09:00' }],
        offers: [{ priceReais: 79.9 }],
        preparation: ['jejum de oito horas'],
      },
      {
        id: 'eco',
        name: 'Ecocardiograma',
        schedules: [
          { kind: 'weekly', days: weekdays, at: '09:00', until: '10:00', byAppointedTime: true },
        ],
        offers: [{ priceReais: 230 }],
      },
      {
        id: 'endoscopia',
        name: 'Endoscopia',
        schedules: [{ kind: 'monthly', at: '08:00' }],
        offers: [{ priceReais: 300 }],
      },
    ],
    ...more,
  });
}

export type TestDesk = ReturnType<typeof bookingDesk>;

/** A clinic in which conversations begin and the seven tools of a booking are used by name. */
export function bookingDesk(clinic: ClinicProfile = smallClinic(), stores = memoryStores()) {
  const opened = openClinic(clinic, stores);
  const rewritten: number[] = [];

  function begin(rest: Partial<ToolContext> = {}) {
    const conversation = opened.begin(rest);
    const { desk } = conversation;
    const pause = async (ms: number) => {
      rewritten.push(ms);
    };
    const tools = [
      createClinicInfo(desk),
      createServiceDetails(desk),
      createFindSlots(desk),
      createHoldSlots(desk),
      createChoosePayment(desk),
      createReviewAppointment(desk),
      createConfirmAppointment(desk, pause),
    ];
    const byName = new Map(tools.map((tool): [string, Tool] => [tool.definition.name, tool]));

    async function use(name: string, args: object = {}): Promise<Answer> {
      const tool = byName.get(name);
      if (!tool) throw new Error(`there is no tool ${name}`);
      const answer = await conversation.use(tool, args);
      const { code, field, message, slots = [] } = answer.output as unknown as Answer;
      return {
        outcome: answer.outcome,
        ...(code === undefined ? {} : { code }),
        ...(field === undefined ? {} : { field }),
        message,
        slots,
        output: answer.output,
        effects: ('effects' in answer && answer.effects) || [],
      };
    }

    const find = (service: string, when?: string) =>
      use('find_slots', { service, ...(when ? { when } : {}) });
    const tokens = async (service: string, when?: string) =>
      (await find(service, when)).slots.map(({ slot }) => slot);

    /** Finds, holds and reviews; the caller has not answered yet. */
    async function agree(service: string, when?: string, patient: object = maria) {
      const [slot = ''] = await tokens(service, when);
      await use('hold_slots', { slots: [slot] });
      return use('review_appointment', patient);
    }

    /** All of it, to the answer of `confirm_appointment`. */
    async function book(service: string, when?: string, patient: object = maria) {
      await agree(service, when, patient);
      conversation.callerSpeaks();
      return use('confirm_appointment');
    }

    return { ...conversation, use, find, tokens, agree, book };
  }

  const kept = () => opened.appointments.list({ from: '2000-01-01', to: '2100-12-31' });
  return { ...opened, begin, kept, rewritten };
}
