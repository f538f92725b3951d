import { describe, expect, it } from 'vitest';
import { type Evidence, identityLevel, openedBy, recordKey } from '../../src/agent/identity.ts';
import { patientKey } from '../../src/scheduling/patient-key.ts';
import { appointment } from '../support/agent-fixtures.ts';

const phone = '+5588999998888';
const marias = appointment({
  patient: {
    name: 'Maria Aparecida de Souza',
    birthDate: '1985-03-12',
    rg: null,
    cpf: null,
    address: null,
  },
  phone,
});
const maria = { name: 'Maria Aparecida de Souza', birthDate: '1985-03-12' };
const nothing: Evidence = { callerE164: undefined, verified: new Set(), bookedHere: new Set() };
const own: Evidence = { ...nothing, callerE164: phone };
const foreign: Evidence = { ...nothing, callerE164: '+5511988887777' };
const withCode = (number: string, evidence = foreign): Evidence => ({
  ...evidence,
  verified: new Set([recordKey(patientKey(maria.name, maria.birthDate), number)]),
});

describe('the identity ladder', () => {
  it.each([
    ['a hidden number', maria, nothing, 0],
    ['a foreign number, though name and birth date are right', maria, foreign, 0],
    ['the number on file with a wrong birth date', { ...maria, birthDate: '1985-03-13' }, own, 1],
    ['the number on file with another name', { ...maria, name: 'Joana Lima' }, own, 1],
    ['the number on file with name and birth date', maria, own, 2],
    ['a code that came back, from a foreign number', maria, withCode(phone), 3],
    ['a code to another number of this name', maria, withCode('+5585911112222'), 0],
    [
      'a code, and then the name of somebody else',
      { ...maria, name: 'Joana Lima' },
      withCode(phone),
      0,
    ],
  ] as const)('%s', (_, said, evidence, level) => {
    expect(identityLevel(marias, said, evidence)).toBe(level);
  });

  it('the number somebody booked from is no number on file', () => {
    const lent = appointment({ ...marias, phone: '+5585911112222', bookedFrom: phone });
    expect(identityLevel(lent, maria, own)).toBe(0);
  });

  it('an appointment without a number or without a birth date is opened by nobody', () => {
    expect(
      openedBy([appointment({ ...marias, phone: null })], maria, withCode(phone, own)),
    ).toEqual([]);
    const patient = { ...marias.patient, birthDate: null };
    expect(openedBy([appointment({ ...marias, patient })], maria, own)).toEqual([]);
  });

  it('what was booked in this conversation is open to whoever says the data again', () => {
    const here = { ...foreign, bookedHere: new Set([marias.id]) };
    expect(identityLevel(marias, maria, here)).toBe(2);
    expect(identityLevel(marias, { ...maria, birthDate: '1985-03-13' }, here)).toBe(1);
  });
});

describe('a name', () => {
  it.each(['maria aparecida de souza', 'MARIA  APARECIDA DE SOUZA', 'María Aparecida, de Souza'])(
    'written as %s is the same',
    (name) => {
      expect(identityLevel(marias, { ...maria, name }, own)).toBe(2);
    },
  );

  it.each([
    ['Maria Souza', 2],
    ['Maria de Souza', 2],
    ['Maria Aparecida', 1],
    ['Maria', 1],
    ['Aparecida Souza', 1],
    ['Maria Aparecida de Souza Lima', 1],
  ] as const)('short as %s, from the number on file', (name, level) => {
    expect(identityLevel(marias, { ...maria, name }, own)).toBe(level);
  });

  it('that is short does not do with a code', () => {
    expect(identityLevel(marias, { ...maria, name: 'Maria Souza' }, withCode(phone))).toBe(0);
  });
});

describe('a telephone that a family shares', () => {
  const child = (name: string, id: string) =>
    appointment({ id, phone, patient: { ...marias.patient, name, birthDate: '2018-01-02' } });
  const clara = child('Ana Clara Silva', 'a'.repeat(26));
  const beatriz = child('Ana Beatriz Silva', 'b'.repeat(26));
  const all = [marias, clara, beatriz];

  it('shows only the patient who was named', () => {
    expect(openedBy(all, maria, own)).toEqual([marias]);
    expect(openedBy(all, { name: 'Ana Clara Silva', birthDate: '2018-01-02' }, own)).toEqual([
      clara,
    ]);
  });

  it('shows neither of two twins when the short name fits both', () => {
    expect(openedBy(all, { name: 'Ana Silva', birthDate: '2018-01-02' }, own)).toEqual([]);
    expect(openedBy([clara], { name: 'Ana Silva', birthDate: '2018-01-02' }, own)).toEqual([clara]);
  });
});
