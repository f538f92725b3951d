import { z } from 'zod';
import type { Appointment } from '../../scheduling/appointment.ts';
import { patientKey } from '../../scheduling/patient-key.ts';
import { appointmentWords } from '../appointment-speech.ts';
import { checkIdentity } from '../caller-details.ts';
import type { ConversationState, ShownAppointment } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { type Evidence, openedBy, type SaidIdentity } from '../identity.ts';
import { newToken } from '../offers.ts';
import { clinicTime } from '../spoken-portuguese.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';

/** Appointments told at once: more are not remembered on a telephone, and nobody has more open ones. */
const mostShown = 5;
/** Tokens of shown appointments that a conversation remembers; the oldest are forgotten first. */
const mostRemembered = 50;
/** Wrong tries of one conversation after which nothing is looked up any more, until a code came back. */
const mostDenials = 5;

const schema = z.strictObject({
  patient_name: z.string().max(400).describe('Nome completo do paciente, como foi dito.'),
  birth_date: z.string().max(200).describe('Data de nascimento nas palavras da pessoa.'),
});

const description =
  'Procura os atendimentos já marcados de um paciente, para dizer, remarcar ou cancelar. Peça antes nome completo e data de nascimento.';

/**
 * Shows what the identity ladder opens. Whoever is wrong, unknown or foreign gets the same bytes after the same work:
 * what is looked up depends on the caller's number and on codes that came back, not on whether a patient exists.
 */
export function createFindAppointments(desk: FrontDesk): Tool {
  let denials = 0;
  return defineTool({
    name: 'find_appointments',
    description,
    schema,
    async run(args, context) {
      const said = checkIdentity(args, context);
      if ('refusal' in said) return refused(said.refusal);
      const mayTry = denials < mostDenials || desk.state.verifiedPatients.size > 0;
      const opened = mayTry ? await openAppointments(desk, said.value, context) : [];
      if (opened.length > 0) return show(desk, opened, context);
      if (wasShown(desk.state, said.value)) return nothingLeft;
      denials += 1;
      desk.metrics.count('authz_denied_total', { tool: 'find_appointments' });
      return identityNeeded;
    },
  });
}

const identityNeeded = refused({
  code: 'identity-needed',
  message:
    'Com esses dados não consegui abrir nenhum atendimento por aqui. Posso enviar um código por SMS ou WhatsApp para o telefone do cadastro, ou a recepção pode ajudar. O que prefere?',
});

/** Only for those to whom this patient's appointments were open before. */
const nothingLeft: ToolAnswer = {
  outcome: 'ok',
  output: {
    ok: true,
    appointments: [],
    message: 'Não há mais nenhum atendimento marcado. Posso ajudar em mais alguma coisa?',
  },
};

async function openAppointments(
  { agenda, appointments, schedule, state }: FrontDesk,
  said: SaidIdentity,
  { callerE164, clinic, clock }: ToolContext,
): Promise<Appointment[]> {
  const query = {
    clinic: agenda.clinic.id,
    from: clinicTime(clock.wallMs(), clinic.timeZone).toPlainDate().toString(),
  };
  const candidates = new Map<string, Appointment>();
  const add = (found: readonly Appointment[]) => {
    for (const one of found) candidates.set(one.id, one);
  };
  const bookedHere = bookedIn(state);
  add(bookedHere.filter(({ day }) => day >= query.from));
  if (callerE164) add(await appointments.findOpen({ ...query, by: { phone: callerE164 } }));
  if (state.verifiedPatients.size > 0) {
    const patient = patientKey(said.name, said.birthDate);
    add(await appointments.findOpen({ ...query, by: { patient } }));
  }
  const evidence: Evidence = {
    callerE164,
    verified: state.verifiedPatients,
    bookedHere: new Set(bookedHere.map(({ id }) => id)),
  };
  const opened = openedBy([...candidates.values()], said, evidence);
  const live = await Promise.all(opened.map((one) => isBooked(one, schedule)));
  return opened.filter((_, i) => live[i]).slice(0, mostShown);
}

function bookedIn({ deeds }: ConversationState): Appointment[] {
  return deeds.flatMap((deed) =>
    deed.type === 'booked' || deed.type === 'rescheduled' ? [deed.appointment] : [],
  );
}

/** The reservation is the truth; an appointment without one was written by staff. */
async function isBooked(
  { id, status }: Appointment,
  schedule: FrontDesk['schedule'],
): Promise<boolean> {
  const reservation = await schedule.find(id);
  return reservation ? reservation.status === 'booked' : status === 'booked';
}

function show(
  { state }: FrontDesk,
  opened: readonly Appointment[],
  context: ToolContext,
): ToolAnswer {
  const atTurn = context.callerTurn();
  const rows = opened.map((appointment) => {
    const { token } = remember(state, appointment, atTurn);
    const { service, professional, day, time } = appointment;
    return {
      appointment: token,
      service: service ?? 'atendimento',
      ...(professional ? { professional } : {}),
      date: day,
      time,
      spoken: appointmentWords(appointment, context),
    };
  });
  const what = rows.map(({ spoken }) => spoken).join('. ');
  const count = rows.length === 1 ? 'Encontrei um atendimento' : 'Encontrei estes atendimentos';
  const question = rows.length === 1 ? 'Quer manter, remarcar ou cancelar?' : 'Qual deles seria?';
  return {
    outcome: 'ok',
    output: { ok: true, appointments: rows, message: `${count}: ${what}. ${question}` },
  };
}

/** The token it already has, when it was shown before; the caller's yes counts from this turn on. */
function remember(
  { deeds, shown }: ConversationState,
  appointment: Appointment,
  atTurn: number,
): ShownAppointment {
  const known = [...shown.values()].find((one) => one.appointment.id === appointment.id);
  const entry = { token: known?.token ?? newToken(), appointment, atTurn };
  shown.delete(entry.token);
  shown.set(entry.token, entry);
  const [oldest] = shown.keys();
  if (shown.size > mostRemembered && oldest !== undefined) shown.delete(oldest);
  if (!known) deeds.push({ type: 'shown', appointment });
  return entry;
}

function wasShown({ shown }: ConversationState, said: SaidIdentity): boolean {
  const key = patientKey(said.name, said.birthDate);
  return [...shown.values()].some(({ appointment: { patient } }) => {
    const { name, birthDate } = patient;
    return birthDate !== null && patientKey(name, birthDate) === key;
  });
}
