import type { Temporal } from 'temporal-polyfill';
import type { Appointment } from '../scheduling/appointment.ts';
import { type Checked, checkCpf, checkPhone } from './caller-details.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import type { PatientDraft } from './conversation-state.ts';
import { parseBirthDate } from './language/birth-date.ts';
import { type NumberReading, parseRg } from './language/document-number.ts';
import { parseEmail } from './language/email-words.ts';
import { callerNumber } from './patient-phone.ts';
import { plainText } from './plain-text.ts';
import { clinicTime } from './spoken-portuguese.ts';
import type { ToolContext } from './tool.ts';
import { listed, type Wording, wordingFor } from './visit-words.ts';

/** What the caller said of the patient, as it came from the model: words from outside until they were checked here. */
interface SaidPatient {
  patient_name: string;
  birth_date?: string | undefined;
  rg?: string | undefined;
  cpf?: string | undefined;
  address?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  caller_name?: string | undefined;
  notes?: string | undefined;
}

const longestName = 120;
const longestAddress = 300;
const longestNotes = 1_000;

type PatientData = ClinicProfile['booking']['patientData'];

function refusal(code: string, field: keyof SaidPatient, message: string) {
  return { refusal: { code, field, message } };
}

/** The patient as they can be written down, or the first thing to ask about again. */
export function checkPatient(said: SaidPatient, context: ToolContext): Checked<PatientDraft> {
  const { patientData } = context.clinic.booking;
  const name = checkFullName(said.patient_name);
  if ('refusal' in name) return name;
  const birthDate = checkBirthDate(said.birth_date, patientData, context);
  if ('refusal' in birthDate) return birthDate;
  const rg = checkRg(said.rg, patientData, context);
  if ('refusal' in rg) return rg;
  const cpf = checkAsked('cpf', said.cpf, patientData, checkCpf);
  if ('refusal' in cpf) return cpf;
  const address = checkAsked('address', said.address, patientData, checkAddress);
  if ('refusal' in address) return address;
  const phone = checkContact(said.phone, context);
  if ('refusal' in phone) return phone;
  const email = checkEmail(said.email, context);
  if ('refusal' in email) return email;
  return {
    value: {
      clientName: plainText(said.caller_name ?? '').slice(0, longestName) || name.value,
      patient: {
        name: name.value,
        birthDate: birthDate.value,
        rg: rg.value,
        cpf: cpf.value,
        address: address.value,
      },
      ...phone.value,
      email: email.value,
      notes: plainText(said.notes ?? '').slice(0, longestNotes) || null,
    },
  };
}

/** An appointment that is moved stays the same patient's. */
export function draftOf(appointment: Appointment): PatientDraft {
  const { clientName, patient, phone, phoneSource, email, notes } = appointment;
  return { clientName, patient, phone, phoneSource, email, notes };
}

/** Two names at least, of letters: what somebody is called, and nothing else. */
function checkFullName(said: string): Checked<string> {
  const name = plainText(said);
  const isName =
    name.length <= longestName && /^[\p{L}\p{M}.'’´-]+( [\p{L}\p{M}.'’´-]+)+$/u.test(name);
  if (isName) return { value: name };
  return refusal(
    'invalid-name',
    'patient_name',
    'Pode me dizer o nome completo de quem vai ser atendido?',
  );
}

const missing = {
  birthDate: 'Qual é a data de nascimento de quem vai ser atendido? Dia, mês e ano.',
  rg: 'Qual é o número do RG de quem vai ser atendido?',
  cpf: 'Qual é o CPF de quem vai ser atendido?',
  address: 'Qual é o endereço de quem vai ser atendido?',
} as const;

/** A value that the clinic's file asks for, offers to ask for, or does not want. */
function checkAsked(
  what: 'rg' | 'cpf' | 'address',
  said: string | undefined,
  asked: PatientData,
  check: (said: string) => Checked<string | null>,
): Checked<string | null> {
  if (asked[what] === 'off') return { value: null };
  const text = plainText(said ?? '');
  if (text !== '') return check(text);
  return asked[what] === 'required'
    ? refusal(`missing-${what}`, what, missing[what])
    : { value: null };
}

function checkBirthDate(
  said: string | undefined,
  asked: PatientData,
  context: ToolContext,
): Checked<string | null> {
  const { clinic, clock } = context;
  if (asked.birthDate === 'off') return { value: null };
  const text = plainText(said ?? '');
  if (text === '') {
    if (asked.birthDate === 'optional') return { value: null };
    return refusal('missing-birth-date', 'birth_date', missing.birthDate);
  }
  const today = clinicTime(clock.wallMs(), clinic.timeZone).toPlainDate();
  const reading = parseBirthDate(text, today);
  if (reading.kind === 'date') return { value: reading.date.toString() };
  const message =
    reading.kind === 'ambiguous'
      ? yearQuestion(reading.options, wordingFor(context))
      : birthDateProblems[reading.kind === 'invalid' ? reading.reason : 'not-understood'];
  return refusal('invalid-birth-date', 'birth_date', message);
}

function yearQuestion(options: readonly Temporal.PlainDate[], wording: Wording): string {
  const years = options.map(({ year }) => wording.count(year));
  return `Seria de ${listed(years, 'ou')}? Pode dizer o ano completo.`;
}

const birthDateProblems = {
  impossible: 'Essa data não existe no calendário. Qual é a data de nascimento?',
  future: 'Essa data ainda não chegou. Qual é a data de nascimento?',
  'too-old': 'Acho que entendi mal o ano. Qual é a data de nascimento completa?',
  'not-understood': 'Não entendi a data de nascimento. Pode dizer o dia, o mês e o ano?',
} as const;

function checkRg(
  said: string | undefined,
  asked: PatientData,
  context: ToolContext,
): Checked<string | null> {
  return checkAsked('rg', said, asked, (text) => {
    const reading = parseRg(text);
    if (reading.kind === 'number') return { value: reading.digits };
    return refusal('invalid-rg', 'rg', rgQuestion(reading, context));
  });
}

function rgQuestion(reading: NumberReading, context: ToolContext): string {
  if (reading.kind !== 'ambiguous') {
    return 'Não entendi o RG. Pode repetir os números, um por um, devagar?';
  }
  const wording = wordingFor(context);
  const options = reading.options.slice(0, 2).map((digits) => wording.code(digits));
  return `Seria ${options.join(', ou ')}?`;
}

function checkAddress(text: string): Checked<string> {
  if (text.length <= longestAddress) return { value: text };
  return refusal('invalid-address', 'address', 'Pode dizer o endereço em poucas palavras?');
}

/** A number that was said, else the one they call from: for calling back, marked as nobody's word. */
function checkContact(
  said: string | undefined,
  context: ToolContext,
): Checked<Pick<PatientDraft, 'phone' | 'phoneSource'>> {
  if (plainText(said ?? '') === '') {
    const phone = callerNumber(context) ?? null;
    return { value: { phone, phoneSource: phone === null ? null : 'caller-number' } };
  }
  const given = checkPhone(said, context);
  if ('refusal' in given) return given;
  return { value: { phone: given.value, phoneSource: 'given' } };
}

function checkEmail(said: string | undefined, context: ToolContext): Checked<string | null> {
  const text = plainText(said ?? '');
  if (text === '') return { value: null };
  const reading = parseEmail(text);
  if (reading.kind === 'email') return { value: reading.email };
  const wording = wordingFor(context);
  const message =
    reading.kind === 'ambiguous'
      ? `Seria ${reading.options
          .slice(0, 2)
          .map((one) => wording.email(one))
          .join(', ou ')}?`
      : 'Não consegui entender o e-mail. Pode soletrar para mim, devagar?';
  return refusal('invalid-email', 'email', message);
}
