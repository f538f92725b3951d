import { expect, it } from 'vitest';
import { createClinicAgenda } from '../../src/agent/clinic-agenda.ts';
import { createListServices } from '../../src/agent/tools/list-services.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { clockAt, contextFor, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';

async function list(id: string, kind: 'exams' | 'consultations') {
  const clinic = await shippedClinic(id);
  const agenda = createClinicAgenda(clinic, createMemoryScheduleStore());
  const prepared = createListServices({ agenda }).prepare({ kind });
  if (!prepared.accepted) throw new Error('not accepted');
  const context = contextFor(clinic, { channel: 'whatsapp', clock: clockAt(thursdayMorning) });
  const { outcome, output } = await prepared.run(context);
  return { outcome, text: String(output.message), clinic };
}

it('every exam is in the list, with its days, hours and price, in one message', async () => {
  const { text, clinic } = await list('aurora', 'exams');
  for (const { name } of clinic.services) expect(text).toContain(name);
  expect(text).toMatch(/Mamografia com Dr\. Álvaro.*08\/03\/2027.*às 08:00.*R\$ 100/);
  // Variants with the same person on the same days share a line.
  expect(text).toMatch(/Ultrassonografia com Dra\. Beatriz.*segundas.*próstata R\$ 130/);
  expect(text).toMatch(/Endoscopia.*data a divulgar/);
  expect(text.length).toBeLessThan(4_000);
  expect(text).not.toContain('Consulta');
});

it('every professional is in the other', async () => {
  const { text, clinic } = await list('aurora', 'consultations');
  const seeing = clinic.practitioners.filter(({ consultations }) => consultations.length > 0);
  for (const { name } of seeing) expect(text).toContain(name);
  expect(text).toMatch(/Psiquiatria com Dr\. Leandro.*aos sábados, com hora marcada.*R\$ 300/);
  expect(text).not.toContain('Mamografia');
});

it('what is neither is listed as what it is, and an empty list is refused in words', async () => {
  const { text } = await list('estrategia', 'consultations');
  expect(text).toMatch(/^O que pode ser marcado:\n• .+/);
  const exams = await list('estrategia', 'exams');
  expect(exams).toMatchObject({ outcome: 'refused', text: expect.stringMatching(/não existe/) });
});
