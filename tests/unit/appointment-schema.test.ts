import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordAppointment } from '../../src/agent/record-appointment.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { appointmentJsonSchema, protocolOf } from '../../src/scheduling/appointment.ts';
import { createFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { appointment, contextFor, shippedClinic } from '../support/agent-fixtures.ts';

const published = new URL('../../docs/appointment.schema.json', import.meta.url);

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

  it('accepts what a conversation really writes, from the least said to the most', async () => {
    const store = createFileAppointmentStore({ directory, log: createLog('silent') });
    const tool = createRecordAppointment({ store, metrics: createMetrics() });
    const least = { client_name: 'Zé', day: '2026-11-30', time: '08:00' };
    const most = {
      client_name: 'Maria “da Paz” d’Ávila & Filhos <tag>',
      day: '2027-02-01',
      time: '17:59',
      email: 'maria@example.com',
      phone: '88 99999 8888',
      service: 'mamografia',
      practitioner: 'Álvaro',
      payment_method: 'credit-card',
      notes: 'ó\n'.repeat(400),
    };
    const aurora = await shippedClinic('aurora');
    for (const [args, channel] of [
      [least, 'voice'],
      [most, 'whatsapp'],
    ] as const) {
      const prepared = tool.prepare(args);
      if (!prepared.accepted) throw new Error('refused');
      expect((await prepared.run(contextFor(aurora, { channel }))).outcome).toBe('ok');
    }
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
  ])('refuses %s', async (_, change) => {
    const validate = await validator();
    expect(validate(appointment())).toBe(true);
    expect(validate({ ...appointment(), ...change })).toBe(false);
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
