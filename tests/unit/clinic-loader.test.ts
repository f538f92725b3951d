import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clinicForNumber, loadClinics, parseClinic } from '../../src/agent/clinic-loader.ts';
import { hasCode } from '../../src/platform/errors.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';

const profile = (id: string, ...more: string[]) =>
  [`id: ${id}`, `name: Clínica ${id}`, 'timeZone: America/Fortaleza', ...more].join('\n');

describe('the clinics that are shipped', () => {
  it('are both readable, sorted by file name, and as different as the format allows', async () => {
    const [aurora, estrategia] = await loadClinics(clinicsDirectory);
    expect(aurora?.id).toBe('aurora');
    expect(estrategia?.id).toBe('estrategia');
    expect(aurora?.voice.turnDetection.type).toBe('server_vad');
    expect(estrategia?.voice.turnDetection.type).toBe('semantic_vad');
    expect(estrategia?.voice).toMatchObject({ voice: 'coral', interruption: { onFalse: 'drop' } });
    expect(estrategia?.services).toMatchObject([{ id: 'reuniao', kind: 'meeting' }]);
  });

  it('are found by the number that was called, else by the fallback, else the first', async () => {
    const clinics = await loadClinics(clinicsDirectory);
    expect(clinicForNumber(clinics, '+551155550100').id).toBe('estrategia');
    expect(clinicForNumber(clinics, '+558835430000', 'estrategia').id).toBe('aurora');
    expect(clinicForNumber(clinics, '+5511900000000', 'estrategia').id).toBe('estrategia');
    expect(clinicForNumber(clinics, 'unknown').id).toBe('aurora');
  });

  it('do not stand in for a fallback that was misspelt', async () => {
    const clinics = await loadClinics(clinicsDirectory);
    expect(() => clinicForNumber(clinics, '', 'auroar')).toThrow(/“auroar”/);
    expect(() => clinicForNumber([], '')).toThrow();
  });
});

describe('a clinic file with mistakes', () => {
  it('is answered with line, path and reason for each, in Portuguese', () => {
    const text = [
      'id: teste',
      'name: Teste',
      'timeZone: Marte/Base',
      'sobrenome: x',
      'services:',
      '  - id: exame',
      '    name: Exame',
      '    schedules:',
      '      - { kind: weekly, days: [mon, xxx], at: "08:00" }',
      '    offers:',
      '      - practitioner: ninguem',
      '        priceReais: "10"',
      'voice:',
      '  speed: 9',
    ].join('\n');
    expect(parseClinic(text, 'clinics/teste.yaml').problems.sort()).toEqual([
      'clinics/teste.yaml:12 services[0].offers[0].priceReais: precisa ser um número',
      'clinics/teste.yaml:14 voice.speed: precisa ser no máximo 1.5',
      'clinics/teste.yaml:3 timeZone: fuso horário IANA que existe, como America/Fortaleza',
      'clinics/teste.yaml:4 sobrenome: campo desconhecido',
      'clinics/teste.yaml:9 services[0].schedules[0].days[1]: precisa ser mon ou tue ou wed ou thu ou fri ou sat ou sun',
    ]);
  });

  it('names the nearest line of a field that is missing', () => {
    const text = profile(
      'teste',
      'practitioners:',
      '  - id: ana',
      '    specialties: [Clínica geral]',
    );
    expect(parseClinic(text, 'x.yaml').problems).toEqual([
      'x.yaml:5 practitioners[0].name: falta este campo',
    ]);
  });

  it.each([
    ['on a weekday without opening hours', 'days: [sun], byAppointedTime: true', /nunca cai/],
    [
      'shorter than the visit',
      'days: [mon], at: "08:00", until: "08:20", byAppointedTime: true',
      /nunca cai/,
    ],
    [
      'for somebody who does not offer it',
      'days: [mon], at: "08:00", practitioner: ana',
      /“ana” não está em “offers”/,
    ],
  ])('is told of a rule %s', (_, rule, reason) => {
    const text = profile(
      'teste',
      'openingHours:',
      '  - { days: [mon], from: "08:00", to: "12:00" }',
      'practitioners:',
      '  - { id: ana, name: Ana, specialties: [Dança] }',
      'services:',
      '  - id: exame',
      '    name: Exame',
      '    schedules:',
      `      - { kind: weekly, ${rule} }`,
    );
    const [problem, ...more] = parseClinic(text, 'x.yaml').problems;
    expect(problem).toMatch(/^x\.yaml:12 services\[0\]\.schedules\[0\]/);
    expect(problem).toMatch(reason);
    expect(more).toEqual([]);
  });

  it('is not told of a rule that waits for its day to be announced', () => {
    const rule = 'schedules: [{ kind: monthly, at: "08:00" }]';
    const text = profile('teste', 'services:', '  - id: exame', '    name: Exame', `    ${rule}`);
    expect(parseClinic(text, 'x.yaml').problems).toEqual([]);
  });

  it.each([
    ['a field twice', 'id: a1\nid: a2', 'x.yaml:2 o mesmo campo aparece duas vezes'],
    [
      'a tab as indent',
      'voice:\n\tspeed: 1',
      'x.yaml:2 use espaços, não tabulação, para recuar a linha',
    ],
    [
      'two documents',
      'id: a1\n---\nid: a2',
      'x.yaml:2 há mais de um documento no arquivo (linha “---”)',
    ],
    ['a list instead of fields', '- a', 'x.yaml:1 (arquivo): precisa ser um bloco de campos'],
    ['nothing in it', '', 'x.yaml:1 (arquivo): precisa ser um bloco de campos'],
  ])('with %s', (_, text, problem) => {
    expect(parseClinic(text, 'x.yaml').problems).toContain(problem);
  });

  it('that repeats itself without end is refused quickly', () => {
    const levels = Array.from({ length: 9 }, (_, i) =>
      i === 0
        ? 'a0: &a0 [x]'
        : `a${i}: &a${i} [${Array(9)
            .fill(`*a${i - 1}`)
            .join(', ')}]`,
    );
    expect(parseClinic(levels.join('\n'), 'x.yaml').problems).toEqual([
      'x.yaml:1 o arquivo repete blocos (“*”) demais',
    ]);
  });
});

describe('a directory of clinics', () => {
  let directory = '';
  const write = (name: string, content: string | Buffer) =>
    writeFile(join(directory, name), content);
  const problem = async () => {
    const error: unknown = await loadClinics(directory).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(hasCode(error, 'CLINIC_INVALID')).toBe(true);
    return error instanceof Error ? error.message : '';
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'clinics-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reports the problems of all its files at once', async () => {
    await write('a.yaml', profile('a1', 'state: ZZ'));
    await write('b.yml', profile('b1', 'reception: nada'));
    await write('c.yaml', Buffer.from([0x69, 0x64, 0x3a, 0x20, 0xff, 0xfe]));
    await write('notas.txt', 'isto não é uma clínica');
    const message = await problem();
    expect(message).toMatch(/a\.yaml:4 state: sigla de um estado/);
    expect(message).toMatch(/b\.yml:4 reception: número em E\.164/);
    expect(message).toMatch(/c\.yaml:1 o arquivo não está em UTF-8/);
    expect(message).not.toMatch(/notas/);
  });

  it('refuses one id or one number for two clinics, and says where the other is', async () => {
    await write('a.yaml', profile('mesma', "numbers: ['+558835430000']"));
    await write('b.yaml', profile('mesma', "numbers: ['+558835430000']"));
    const message = await problem();
    expect(message).toMatch(/b\.yaml:1 id: “mesma” já é usado em .*a\.yaml:1/);
    expect(message).toMatch(/b\.yaml:4 numbers\[0\]: .* já é usado em .*a\.yaml:4/);
  });

  it('without a single clinic stops start-up, as does one that does not exist', async () => {
    expect(await problem()).toMatch(/nenhum arquivo \.yaml/);
    await rm(directory, { recursive: true });
    expect(await problem()).toMatch(/a pasta não existe/);
  });
});
