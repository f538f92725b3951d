import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { PatientDraft } from '../agent/conversation-state.ts';
import { parseCpf } from '../agent/language/document-number.ts';
import { plainText } from '../agent/plain-text.ts';

const typed = (most: number) => z.string().max(most).default('');

/** The patient as typed by staff; empty is not known. */
export const typedPatientSchema = z.strictObject({
  name: typed(200),
  /** `YYYY-MM-DD`. */
  birthDate: typed(10),
  rg: typed(40),
  cpf: typed(40),
  address: typed(400),
  phone: typed(40),
  email: typed(254),
  notes: typed(1_000),
});
export type TypedPatient = z.output<typeof typedPatientSchema>;

/** By field: what to do about it, in Portuguese. */
export type FieldTroubles = Partial<Record<keyof TypedPatient, string>>;

type PatientData = ClinicProfile['booking']['patientData'];

const oldest = '1900-01-01';

const required = {
  birthDate: 'Informe a data de nascimento: esta clínica a pede.',
  rg: 'Informe o RG: esta clínica o pede.',
  cpf: 'Informe o CPF: esta clínica o pede.',
  address: 'Informe o endereço: esta clínica o pede.',
} as const;

/** Pure. @param today `YYYY-MM-DD` in the clinic's zone */
export function readTypedPatient(
  typedPatient: TypedPatient,
  asked: PatientData,
  today: string,
): { draft: PatientDraft } | { troubles: FieldTroubles } {
  const said = Object.fromEntries(
    Object.entries(typedPatient).map(([field, value]) => [field, plainText(value)]),
  ) as TypedPatient;
  const cpf = said.cpf === '' ? null : cpfDigits(said.cpf);
  const phone = said.phone === '' ? null : phoneNumber(said.phone);
  const troubles: FieldTroubles = {
    ...wrong('name', said.name.length < 2 || said.name.length > 120 || !/\p{L}/u.test(said.name)),
    ...wrong('birthDate', said.birthDate !== '' && !isBirthDate(said.birthDate, today)),
    ...wrong('rg', said.rg !== '' && !/^[\dA-Za-z.\-/ ]{3,20}$/.test(said.rg)),
    ...wrong('cpf', cpf === undefined),
    ...wrong('address', said.address.length > 300),
    ...wrong('phone', phone === undefined),
    ...wrong('email', said.email !== '' && !z.email().safeParse(said.email).success),
  };
  for (const field of ['birthDate', 'rg', 'cpf', 'address'] as const)
    if (asked[field] === 'required' && said[field] === '') troubles[field] = required[field];
  if (Object.keys(troubles).length > 0) return { troubles };
  return {
    draft: {
      clientName: said.name,
      patient: {
        name: said.name,
        birthDate: said.birthDate || null,
        rg: said.rg.replaceAll(/[^\dA-Za-z]/g, '') || null,
        cpf: cpf ?? null,
        address: said.address || null,
      },
      phone: phone ?? null,
      phoneSource: phone ? 'given' : null,
      email: said.email || null,
      notes: said.notes || null,
    },
  };
}

const wrongWords = {
  name: 'Escreva o nome completo de quem vai ser atendido.',
  birthDate: 'A data de nascimento não é possível.',
  rg: 'O RG tem de 3 a 20 letras e números.',
  cpf: 'O CPF não confere: são onze números.',
  address: 'Escreva o endereço em até 300 letras.',
  phone: 'O telefone não existe assim: use DDD e número.',
  email: 'O e-mail não está completo.',
} as const;

function wrong(field: keyof typeof wrongWords, isWrong: boolean): FieldTroubles {
  return isWrong ? { [field]: wrongWords[field] } : {};
}

function isBirthDate(date: string, today: string): boolean {
  return z.iso.date().safeParse(date).success && date >= oldest && date <= today;
}

function cpfDigits(written: string): string | undefined {
  const reading = parseCpf(written);
  return reading.kind === 'number' ? reading.digits : undefined;
}

/** E.164; Brazilian when it does not begin with the code of a country. Nothing when there is no such number. */
export function phoneNumber(written: string): string | undefined {
  const parsed = parsePhoneNumberFromString(written, 'BR');
  return parsed?.isValid() ? parsed.number : undefined;
}
