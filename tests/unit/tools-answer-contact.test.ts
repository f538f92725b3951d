import { beforeAll, describe, expect, it } from 'vitest';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import type { OutboundContact } from '../../src/agent/outbound-contact.ts';
import { unkeptPromise } from '../../src/agent/promise-guard.ts';
import { createAnswerContact } from '../../src/agent/tools/answer-contact.ts';
import type { Appointment, ContactAnswer } from '../../src/scheduling/appointment.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { openClinic } from '../support/identity-desk.ts';
import { monday } from '../support/schedule-fixtures.ts';

let clinic: ClinicProfile;
beforeAll(async () => {
  clinic = await shippedClinic('aurora');
});

/** A call of ours about an appointment, which the person has picked up and said something. */
async function rung(more: { contact?: Partial<OutboundContact>; one?: Partial<Appointment> } = {}) {
  const place = openClinic(clinic);
  const one = await place.booked(more.one);
  const rows: ContactAnswer[] = [];
  let optOuts = 0;
  const conversation = place.begin({ conversationId: 'call-out' });
  const { desk, use, callerSpeaks } = conversation;
  const tool = createAnswerContact(desk, {
    kind: 'confirm',
    appointmentId: one.id,
    keepAnswer: async (answer) => void rows.push(answer),
    neverAgain: async () => {
      optOuts += 1;
    },
    ...more.contact,
  });
  callerSpeaks();
  return {
    ...place,
    ...conversation,
    one,
    rows,
    optOuts: () => optOuts,
    say: (answer: string) => use(tool, { answer }),
    kept: () => place.appointments.find(one.id),
  };
}

const written = (answer: ContactAnswer) => ({
  answer,
  at: '2026-11-26T13:00:00.000Z',
  callId: 'call-out',
  recordingMs: 42_000,
});

describe('a person we ring about an appointment', () => {
  it('who comes: it is written on the appointment and on the list, and may be said', async () => {
    const { say, one, rows, kept, desk } = await rung();
    expect(await say('confirmed')).toMatchObject({ outcome: 'ok' });
    expect(await kept()).toEqual({ ...one, confirmation: written('confirmed') });
    expect(rows).toEqual(['confirmed']);
    expect(unkeptPromise('Pronto, confirmei a sua consulta.', desk.state)).toBeUndefined();
    expect(unkeptPromise('Pronto, marquei a sua consulta.', desk.state)?.kind).toBe('booked');
  });

  it('who has said nothing yet has not answered', async () => {
    const place = openClinic(clinic);
    const one = await place.booked();
    const { desk, use } = place.begin();
    const tool = createAnswerContact(desk, {
      kind: 'confirm',
      appointmentId: one.id,
      keepAnswer: () => Promise.reject(new Error('nothing to keep')),
      neverAgain: () => Promise.reject(new Error('nothing was asked')),
    });
    for (const answer of ['confirmed', 'cancel', 'do-not-call'])
      expect(await use(tool, { answer })).toMatchObject({ output: { code: 'wait-for-caller' } });
    expect(await place.appointments.find(one.id)).toEqual(one);
  });

  it('who cancels says so twice, and then the place is free', async () => {
    const { say, callerSpeaks, one, rows, kept, schedule } = await rung();
    for (let i = 0; i < 2; i += 1)
      expect(await say('cancel')).toMatchObject({ output: { code: 'wait-for-caller' } });
    expect(await kept()).toEqual(one);
    callerSpeaks();
    expect(await say('cancel')).toMatchObject({
      outcome: 'ok',
      effects: [{ type: 'appointment-cancelled', appointmentId: one.id }],
    });
    expect(await kept()).toMatchObject({
      status: 'cancelled',
      cancellation: { reason: 'by-patient', callId: 'call-out', recordingMs: 42_000 },
      confirmation: written('cancel'),
    });
    expect((await schedule.find(one.id))?.endedBecause).toBe('released');
    expect(rows).toEqual(['cancel']);
    expect(await say('cancel')).toMatchObject({ outcome: 'ok' });
    expect(await say('confirmed')).toMatchObject({ output: { code: 'not-booked' } });
  });

  it('who wants another time is helped to it; the old one stands until then', async () => {
    const { say, one, kept } = await rung();
    expect(await say('wants-to-move')).toMatchObject({ outcome: 'ok' });
    expect(await kept()).toEqual({ ...one, confirmation: written('wants-to-move') });
  });

  it('who comes and does not want to be rung again: both hold', async () => {
    const { say, kept, rows, optOuts } = await rung();
    await say('confirmed');
    await say('do-not-call');
    expect(optOuts()).toBe(1);
    expect((await kept())?.confirmation?.answer).toBe('confirmed');
    expect(rows).toEqual(['confirmed', 'do-not-call']);
  });

  it('who is somebody else: it is noted, and nothing else changes', async () => {
    const { say, one, kept } = await rung();
    expect(await say('wrong-person')).toMatchObject({ outcome: 'ok' });
    expect(await kept()).toEqual({ ...one, confirmation: written('wrong-person') });
  });

  it('changes nothing when the model names another appointment', async () => {
    const { use, desk, one, kept } = await rung();
    const tool = createAnswerContact(desk, {
      kind: 'confirm',
      appointmentId: one.id,
      keepAnswer: () => Promise.reject(new Error('nothing to keep')),
      neverAgain: () => Promise.reject(new Error('nothing was asked')),
    });
    const answer = await use(tool, { answer: 'confirmed', appointment: one.id });
    expect(answer).toMatchObject({ output: { code: 'invalid-arguments' } });
    expect(await kept()).toEqual(one);
  });

  it('too late to cancel is told so', async () => {
    const { say, callerSpeaks, one, kept, clock, rows } = await rung();
    await say('cancel');
    callerSpeaks();
    clock.advance(monday - clock.wallMs() + 60_000);
    expect(await say('cancel')).toMatchObject({ output: { code: 'past' } });
    expect(await kept()).toEqual(one);
    expect(rows).toEqual([]);
  });

  it('about something without an appointment: the list has the answer', async () => {
    const place = openClinic(clinic);
    const rows: string[] = [];
    const { desk, use, callerSpeaks } = place.begin();
    callerSpeaks();
    const tool = createAnswerContact(desk, {
      kind: 'custom',
      keepAnswer: async (answer, callId) => void rows.push(`${answer} ${callId.slice(0, 5)}`),
      neverAgain: async () => void rows.push('never'),
    });
    for (const answer of ['cancel', 'do-not-call'])
      expect(await use(tool, { answer })).toMatchObject({ outcome: 'ok' });
    expect(rows).toEqual(['cancel call-', 'never', 'do-not-call call-']);
  });
});
