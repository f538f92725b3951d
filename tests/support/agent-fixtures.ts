import { clinicForNumber, loadClinics } from '../../src/agent/clinic-loader.ts';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import type { StaffRequest } from '../../src/agent/staff-request.ts';
import type { ToolContext } from '../../src/agent/tool.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';

export const clinicsDirectory = new URL('../../clinics', import.meta.url).pathname;

/** The clinic that is shipped as `clinics/<id>.yaml`. */
export async function shippedClinic(id: string): Promise<ClinicProfile> {
  return clinicForNumber(await loadClinics(clinicsDirectory), '', id);
}

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  advance(ms: number): void;
}

/** @param iso where its wall time begins, with offset */
export function clockAt(iso: string): HandClock {
  const startedAt = Date.parse(iso);
  let elapsed = 0;
  return {
    monotonicMs: () => elapsed,
    wallMs: () => startedAt + elapsed,
    advance: (ms) => {
      elapsed += ms;
    },
  };
}

/** Thursday 2026-11-26, ten in the morning in Aurora. */
export const thursdayMorning = '2026-11-26T10:00:00-03:00';

export function contextFor(clinic: ClinicProfile, rest: Partial<ToolContext> = {}): ToolContext {
  return {
    clinic,
    channel: 'voice',
    conversationId: 'call-1',
    clock: clockAt(thursdayMorning),
    positionMs: () => 42_000,
    callerTurn: () => 1,
    ...rest,
  };
}

export function appointment(rest: Partial<Appointment> = {}): Appointment {
  return {
    schemaVersion: 1,
    id: 'abcdefghijklmnopqrstuvwxyz',
    protocol: '12345678',
    status: 'pending',
    clinic: 'aurora',
    channel: 'voice',
    callId: 'call-1',
    timestamp: '2026-11-26T13:00:00.000Z',
    clientName: 'Maria de Souza',
    patient: {
      name: 'Maria de Souza',
      birthDate: '1980-05-12',
      rg: null,
      cpf: null,
      address: null,
    },
    email: null,
    phone: '+5588999998888',
    phoneSource: 'given',
    bookedFrom: null,
    day: '2026-11-30',
    time: '14:00',
    items: [
      {
        service: 'Mamografia',
        serviceId: 'mamografia',
        professional: 'Dr. Álvaro Menezes Quintela',
        professionalId: 'alvaro-quintela',
        day: '2026-11-30',
        time: '14:00',
        startsAt: '2026-11-30T17:00:00.000Z',
        endsAt: '2026-11-30T17:30:00.000Z',
        mode: 'appointed',
        price: { currency: 'BRL', centavos: 10_000 },
      },
    ],
    service: 'Mamografia',
    serviceId: 'mamografia',
    professional: 'Dr. Álvaro Menezes Quintela',
    professionalId: 'alvaro-quintela',
    price: { currency: 'BRL', centavos: 10_000 },
    payment: null,
    notes: null,
    evidence: { callId: 'call-1', recordingMs: 42_000, readBackMs: null },
    replaces: null,
    replacedBy: null,
    cancellation: null,
    confirmation: null,
    ...rest,
  };
}

export function staffRequest(rest: Partial<StaffRequest> = {}): StaffRequest {
  return {
    schemaVersion: 1,
    id: 'abcdefghijklmnopqrstuvwxyz',
    protocol: '12345678',
    kind: 'message',
    status: 'open',
    clinic: 'aurora',
    channel: 'voice',
    conversationId: 'call-1',
    timestamp: '2026-11-26T13:00:00.000Z',
    name: 'Maria de Souza',
    phone: '+5588999998888',
    cpf: null,
    text: 'Gostaria que me ligassem.',
    isUrgent: false,
    wish: null,
    recordingMs: 42_000,
    ...rest,
  };
}
