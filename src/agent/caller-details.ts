import { z } from 'zod';
import type { ClinicProfile } from './clinic-profile.ts';
import type { SaidIdentity } from './identity.ts';
import { parseBirthDate } from './language/birth-date.ts';
import { parseCpf } from './language/document-number.ts';
import { type PhoneReading, parsePhone } from './language/phone-words.ts';
import { plainText } from './plain-text.ts';
import { clinicTime } from './spoken-portuguese.ts';
import type { ToolContext } from './tool.ts';

/** Checks of what callers say about themselves. Pure; the refusals depend on the words alone, never on what is on file. */

const shortestName = 2;
const longestName = 120;

export type Checked<Value> =
  | { value: Value }
  | { refusal: { code: string; field: string; message: string } };

function refusal(code: string, field: string, message: string) {
  return { refusal: { code, field, message } };
}

export function checkName(said: string, field: string): Checked<string> {
  const name = plainText(said);
  const isName = name.length >= shortestName && name.length <= longestName && /\p{L}/u.test(name);
  if (isName) return { value: name };
  return refusal('invalid-name', field, 'Pode me dizer o nome completo, por favor?');
}

/** Whole name and date of birth, as they are asked for before anything on file is looked up. */
export function checkIdentity(
  said: { patient_name: string; birth_date: string },
  { clinic, clock }: ToolContext,
): Checked<SaidIdentity> {
  const name = checkName(said.patient_name, 'patient_name');
  if ('refusal' in name) return name;
  const today = clinicTime(clock.wallMs(), clinic.timeZone).toPlainDate();
  const reading = parseBirthDate(said.birth_date, today);
  if (reading.kind === 'date') {
    return { value: { name: name.value, birthDate: reading.date.toString() } };
  }
  const message =
    reading.kind === 'ambiguous'
      ? 'Pode dizer o ano de nascimento completo, com os quatro números?'
      : 'Não entendi a data de nascimento. Pode dizer o dia, o mês e o ano?';
  return refusal('invalid-birth-date', 'birth_date', message);
}

/** Digits, when a CPF was said at all. */
export function checkCpf(said: string | undefined): Checked<string | null> {
  if (!said || plainText(said) === '') return { value: null };
  const reading = parseCpf(said);
  if (reading.kind === 'number') return { value: reading.digits };
  const message = 'Esse CPF não confere. Pode repetir os onze números, um por um, devagar?';
  return refusal('invalid-cpf', 'cpf', message);
}

/** E.164. A number that nobody said is the one that the conversation came from, when it has one. */
export function checkPhone(
  said: string | undefined,
  { clinic, callerE164 }: ToolContext,
): Checked<string | null> {
  if (!said || plainText(said) === '') {
    return { value: callerE164 && /^\+[1-9]\d{6,14}$/.test(callerE164) ? callerE164 : null };
  }
  const areaCode = areaCodeOf(clinic);
  const reading = parsePhone(said, areaCode ? { areaCode } : {});
  if (reading.kind === 'phone') return { value: reading.e164 };
  return refusal('invalid-phone', 'phone', phoneQuestion(reading));
}

function phoneQuestion({ kind }: PhoneReading): string {
  if (kind === 'needs-area-code') return 'Qual é o DDD desse telefone?';
  if (kind === 'needs-ninth-digit') {
    return 'Esse celular parece estar sem o nove na frente. Pode repetir o número inteiro, com o DDD?';
  }
  if (kind === 'foreign') return 'Só consigo anotar telefones do Brasil. Tem algum, com o DDD?';
  return 'Esse telefone parece incompleto. Pode repetir, com o DDD, devagar?';
}

/** Of the first Brazilian number that patients dial. */
function areaCodeOf({ numbers }: ClinicProfile): string | undefined {
  return numbers.map((number) => /^\+55(\d\d)/.exec(number)?.[1]).find((code) => code);
}

/** The argument of a tool that may be given a number to call back on. */
export const phoneField = z
  .string()
  .max(200)
  .optional()
  .describe('Telefone como foi dito, só se a pessoa disse um.');

export const patientNameField = z.string().max(400).describe('Nome completo do paciente.');
