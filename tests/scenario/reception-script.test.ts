import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/call/call-record.ts';
import type { PatientScript } from '../../src/sandbox/patient-scripts.ts';
import * as patients from '../../src/sandbox/patient-scripts.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { bookBefore, openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts';
import { until } from '../support/stage.ts';

/**
 * The clinic's whole script, section by section, on the telephone: synthesised patients call the product as it runs
 * without accounts; tools are really called and files really written. All calls happen at once, in real time.
 */

let stage: SandboxStage;
/** Where a code is sent: there must be one number on file. */
let quiet: SandboxStage;
const onFile = '+5588999992002';
/** Patients call from numbers of their own. */
const numbers = {
  cancel: '+5588999992001',
  wrong: '+5588999992003',
  move: '+5588999992004',
};
const marina = {
  patient_name: 'Marina Duarte Lima',
  birth_date: '12/03/1985',
  rg: '2001002003',
};
let next = 0;
const freshNumber = () => `+55889999930${String(++next).padStart(2, '0')}`;

/** All at once. */
function startCalls() {
  const code = async () => {
    const message = await until(
      () => quiet.sandbox.messages.find(({ to }) => to === onFile),
      'the code arrives',
      10_000,
    );
    return /\d{3} \d{3}/.exec(message.body)?.[0] ?? '';
  };
  return {
    booking: call(patients.bookingScript),
    card: call(patients.cardScript),
    unlistedProfessional: call(patients.unlistedProfessionalScript),
    specialtyAsExam: call(patients.specialtyAsExamScript),
    exam: call(patients.examScript),
    ultrasound: call(patients.ultrasoundScript),
    twoServices: call(patients.twoServicesScript),
    results: call(patients.resultsScript),
    cancel: call(patients.cancelScript, numbers.cancel),
    wrongIdentity: call(patients.wrongIdentityScript, numbers.wrong),
    reschedule: call(patients.rescheduleScript, numbers.move),
    cash: call(patients.cashScript),
    twoPeople: call(patients.twoPeopleScript),
    correction: call(patients.correctionScript),
    message: call(patients.messageScript),
    person: call(patients.personScript),
    waitingList: call(patients.waitingListScript),
    cancelWithCode: call(patients.cancelWithCodeScript(code), freshNumber(), quiet),
  };
}

let calls: ReturnType<typeof startCalls>;

beforeAll(async () => {
  const now = '2026-11-26T10:00:00-03:00';
  const booked = { service: 'dermatologista', patient: marina };
  stage = await openSandboxStage({
    now,
    // All patients of this file are two people, who call many times.
    clinic: (yaml) => yaml.replace(/openBookingsPerPerson: 2/, 'openBookingsPerPerson: 50'),
    prepare: async (storage, clock, clinic) => {
      for (const from of Object.values(numbers))
        await bookBefore({ storage, clock, clinic, from, ...booked });
    },
  });
  quiet = await openSandboxStage({
    now,
    prepare: (storage, clock, clinic) =>
      bookBefore({ storage, clock, clinic, from: onFile, ...booked }),
  });
  calls = startCalls();
  for (const one of Object.values(calls)) one.catch(() => undefined);
}, 60_000);
afterAll(() => Promise.all([stage.close(), quiet.close()]));

async function call(script: PatientScript, from = freshNumber(), at = stage) {
  const record = await at.call(script, { from });
  const kept = (await at.appointments()) as unknown as Appointment[];
  const mine = kept.filter(({ callId }) => callId === record.id);
  return { record, mine, tools: record.tools.map(({ name, outcome }) => `${name} ${outcome}`) };
}

const text = (record: CallRecord) => record.transcript.map((line) => line.text).join('\n');

/** Real conversations of up to three minutes, and none is tried again: what went wrong once would with a patient. */
const atLeisure = { timeout: 300_000, retry: 0 };

describe('the clinic’s script, on the telephone', atLeisure, () => {
  it('1, 2, 3, 7.2, 8, 9, 10: a consultation, paid by PIX, from hello to goodbye by name', async () => {
    const { record, mine, tools } = await calls.booking;
    expect(record.ending).toBe('agent-goodbye');
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({
      status: 'booked',
      patient: { name: 'Marina Duarte Lima', birthDate: '1985-03-12', rg: '2001002003' },
      service: 'Consulta de Cardiologia',
      price: { centavos: 25_000 },
      payment: { method: 'pix' },
    });
    expect(tools).toContain('confirm_appointment ok');
    expect(record.protocol).toMatch(/^\d{8}$/);
    expect(record.summary).toContain('Marina Duarte Lima');
    // Agreed where she can be heard, and read back to its end.
    const { recordingMs, readBackMs } = mine[0]?.evidence ?? {};
    expect(recordingMs).toBeGreaterThan(10_000);
    expect(readBackMs).toBeGreaterThan(recordingMs ?? 0);
    expect(readBackMs).toBeLessThanOrEqual(record.durationMs);
    expect(text(record)).toMatch(/Marina/);
  });

  it('3, 7.3: a session, paid by card on site', async () => {
    const { mine } = await calls.card;
    expect(mine[0]).toMatchObject({
      status: 'booked',
      price: { centavos: 8_000 },
      payment: { method: 'credit-card' },
    });
  });

  it('3.2: a professional who is not listed: nothing is booked, and thanks', async () => {
    const { record, mine, tools } = await calls.unlistedProfessional;
    expect(mine).toEqual([]);
    expect(tools.some((one) => one.startsWith('find_slots refused'))).toBe(true);
    expect(record.ending).toBe('agent-goodbye');
  });

  it('3.3: a specialty asked for as an exam is booked as what it is', async () => {
    const { mine } = await calls.specialtyAsExam;
    expect(mine[0]).toMatchObject({ status: 'booked', service: 'Consulta de Cardiologia' });
  });

  it('4: an exam, with its preparation told when asked', async () => {
    const { record, mine, tools } = await calls.exam;
    expect(mine[0]).toMatchObject({
      status: 'booked',
      service: 'Baciloscopia para hanseníase',
      price: { centavos: 8_000 },
      payment: { method: 'debit-card' },
    });
    expect(tools).toContain('service_details ok');
    expect(text(record)).toMatch(/água/);
  });

  it('4: of an exam of many kinds, the one that was asked for', async () => {
    const { mine } = await calls.ultrasound;
    expect(mine[0]).toMatchObject({ status: 'booked', serviceId: 'ultrassonografia/mama' });
  });

  it('4.1: two exams in one visit, with the total', async () => {
    const { mine } = await calls.twoServices;
    expect(mine).toHaveLength(1);
    expect(mine[0]?.items).toHaveLength(2);
    expect(mine[0]?.price?.centavos).toBe(36_000);
  });

  it('5: results of exams are asked of the staff, and nothing is told', async () => {
    const { record, mine } = await calls.results;
    expect(mine).toEqual([]);
    const asked = (await stage.requests()).find((one) => one.conversationId === record.id);
    expect(asked).toMatchObject({ kind: 'exam-results', name: 'João Batista Freire' });
  });

  it('6.1: a visit is cancelled from the number on file', async () => {
    const { record } = await calls.cancel;
    expect(record.cancelled).toHaveLength(1);
    const kept = (await stage.appointments()).find((one) => one.id === record.cancelled[0]);
    expect(kept).toMatchObject({
      status: 'cancelled',
      bookedFrom: numbers.cancel,
      cancellation: { reason: 'by-patient', callId: record.id },
    });
    expect(record.outcome).toBe('cancellation');
  });

  it('6.1: and from another number with the code that comes to the one on file', async () => {
    const { record } = await calls.cancelWithCode;
    expect(record.cancelled).toHaveLength(1);
  });

  it('6.1: whoever knows neither birth date nor code learns and changes nothing', async () => {
    const { record } = await calls.wrongIdentity;
    expect(record.cancelled).toEqual([]);
    expect(text(record)).not.toMatch(/dermato/i);
    const kept = (await stage.appointments()).find((one) => one.bookedFrom === numbers.wrong);
    expect(kept).toMatchObject({ status: 'booked' });
  });

  it('6.2: a visit is moved: the new one is booked, the old one given up', async () => {
    const { record, mine } = await calls.reschedule;
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({ status: 'booked', patient: { name: 'Marina Duarte Lima' } });
    const old = (await stage.appointments()).find((one) => one.id === mine[0]?.replaces);
    expect(old).toMatchObject({ status: 'cancelled', replacedBy: mine[0]?.id });
    expect(record.appointments).toEqual([mine[0]?.id]);
  });

  it('7.1: cash: too little is asked again, and the change is computed', async () => {
    const { mine, tools } = await calls.cash;
    expect(tools).toContain('choose_payment refused');
    expect(mine[0]).toMatchObject({
      status: 'booked',
      payment: { method: 'cash', cashCentavos: 30_000, changeCentavos: 5_000 },
    });
  });

  it('8: another person, in the same call: two bookings', async () => {
    const { mine } = await calls.twoPeople;
    expect(mine.map(({ status }) => status)).toEqual(['booked', 'booked']);
    expect(mine.map(({ patient }) => patient.name).sort()).toEqual([
      'Marina Duarte Lima',
      'Pedro Duarte Lima',
    ]);
  });

  it('9.5: what is wrong in the summary is put right before it is confirmed', async () => {
    const { mine } = await calls.correction;
    expect(mine[0]).toMatchObject({
      status: 'booked',
      patient: { name: 'Marina Duarte Lima' },
      payment: { method: 'debit-card' },
    });
  });

  it('2: another matter is left as a message for the staff', async () => {
    const { record } = await calls.message;
    const left = (await stage.requests()).find((one) => one.conversationId === record.id);
    expect(left).toMatchObject({ kind: 'message', name: 'João Batista Freire' });
    expect(record.outcome).toBe('request');
  });

  it('whoever wants a person is asked, and put through to the reception', async () => {
    const { record, tools } = await calls.person;
    expect(tools).toEqual(['transfer_call refused', 'transfer_call ok']);
    expect(record).toMatchObject({
      ending: 'transferred',
      transfer: { destination: 'recepcao' },
    });
    const [telephone] = stage.sandbox.carrier.calls.get(record.callSid)?.legs ?? [];
    expect(telephone?.number).toBe('+558835430001');
  });

  it('an exam whose days are not announced: the waiting list', async () => {
    const { record } = await calls.waitingList;
    const left = (await stage.requests()).find((one) => one.conversationId === record.id);
    expect(left).toMatchObject({ kind: 'waiting-list', wish: { serviceId: 'endoscopia' } });
  });
});
