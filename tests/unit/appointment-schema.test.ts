import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import {
  type Appointment,
  appointmentJsonSchema,
  protocolOf,
} from '../../src/scheduling/appointment.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { appointment } from '../support/agent-fixtures.ts';

const published = new URL('../../docs/appointment.schema.json', import.meta.url);

const cancellation = {
  reason: 'by-patient' as const,
  callId: 'call-2',
  recordingMs: 12_000,
  at: '2026-11-27T13:00:00.000Z',
};

function leastSaid(): Appointment {
  return appointment({
    id: createId(),
    clientName: 'Zé',
    patient: { name: 'Zé', birthDate: null, rg: null, cpf: null, address: null },
    phone: null,
    phoneSource: null,
    items: [],
    service: null,
    serviceId: null,
    professional: null,
    professionalId: null,
    price: null,
    evidence: { callId: 'call-1', recordingMs: null, readBackMs: null },
  });
}

function mostSaid(): Appointment {
  const name = 'Maria “da Paz” d’Ávila & Filhos <tag>';
  const [item] = appointment().items;
  return appointment({
    id: createId(),
    status: 'cancelled',
    channel: 'whatsapp',
    clientName: name,
    patient: {
      name,
      birthDate: '1980-05-12',
      rg: '2001010203040',
      cpf: '52998224725',
      address: 'Rua das Flores, 12, Aurora',
    },
    email: 'maria@example.com',
    bookedFrom: '+5588999998888',
    items: item ? Array.from({ length: 8 }, () => item) : [],
    payment: { method: 'cash', cashCentavos: 20_000, changeCentavos: 10_000 },
    notes: 'ó\n'.repeat(400),
    evidence: { callId: 'call-1', recordingMs: 42_000, readBackMs: 61_000 },
    replaces: createId(),
    replacedBy: createId(),
    cancellation,
  });
}

describe('the published schema of appointment files', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'appointments-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function validator() {
    const schema = JSON.parse(await readFile(published, 'utf8'));
    return new Ajv2020({ strict: true, validateFormats: false }).compile(schema);
  }

  it('is the one the code uses', async () => {
    expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(appointmentJsonSchema());
  });

  it('accepts the files that are written, from the least said to the most', async () => {
    const store = await openFileAppointmentStore({ directory, log: createLog('silent') });
    for (const one of [leastSaid(), mostSaid()]) await store.save(one);
    const names = await readdir(directory);
    expect(names).toHaveLength(2);
    const validate = await validator();
    for (const name of names) {
      expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-[a-z2-7]{26}\.json$/);
      const value = JSON.parse(await readFile(join(directory, name), 'utf8'));
      validate(value);
      expect(validate.errors).toBeNull();
    }
  });

  it.each([
    ['a field too much', { extra: 1 }],
    ['a day that does not exist', { day: '2026-02-30' }],
    ['a price in reais', { price: { currency: 'BRL', reais: 100 } }],
    ['a status nobody knows', { status: 'confirmed' }],
    ['no name', { clientName: '' }],
    ['a field too few', { cancellation: undefined }],
    ['nine services', { items: Array.from({ length: 9 }, () => appointment().items[0]) }],
    ['a cancellation without a reason we know', { cancellation: { ...cancellation, reason: 'x' } }],
    ['a CPF with dots', { patient: { ...appointment().patient, cpf: '529.982.247-25' } }],
  ])('refuses %s', async (_, change) => {
    const validate = await validator();
    expect(validate(appointment())).toBe(true);
    expect(validate(JSON.parse(JSON.stringify({ ...appointment(), ...change })))).toBe(false);
  });
});

describe('a protocol', () => {
  it('is eight digits made from the id, and hardly ever the same twice', () => {
    const protocols = Array.from({ length: 1_000 }, () => protocolOf(createId()));
    for (const protocol of protocols) expect(protocol).toMatch(/^\d{8}$/);
    expect(new Set(protocols).size).toBeGreaterThan(995);
    expect(protocolOf('abcdefghijklmnopqrstuvwxyz')).toBe(protocolOf('abcdefghijklmnopqrstuvwxyz'));
  });
});
