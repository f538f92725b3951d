import { Temporal } from 'temporal-polyfill';
import { type Appointment, type ContactAnswer, protocolOf } from '../scheduling/appointment.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import type { ConversationState, Deed, HeldVisit, OfferedSlot } from './conversation-state.ts';
import type { EmergencyKind } from './emergency-pattern.ts';
import type { EmergencyEvent } from './emergency-watch.ts';
import { methodNames } from './payment-names.ts';
import { plainText } from './plain-text.ts';
import {
  clinicTime,
  weekdayNames,
  weekdayOf,
  writtenDate,
  writtenMoney,
} from './spoken-portuguese.ts';
import type { StaffRequest } from './staff-request.ts';

interface ConversationEnd {
  state: ConversationState;
  clinic: Pick<ClinicProfile, 'timeZone'>;
  conversationId: string;
  /** What the agent said was done and was not, in its own words. */
  brokenPromises: readonly string[];
  emergencies: readonly EmergencyEvent[];
}

export interface ClosingSummary {
  /** Eight digits: the code of the conversation, not of an appointment. */
  protocol: string;
  /** Portuguese, a line for each fact, for staff to read. */
  summary: string;
}

/** Characters of the whole summary, and of anything in it that a person said. */
const longestSummary = 3_000;
const longestQuotation = 200;
/** Characters always left for what was done. */
const leastRoom = 500;
/** Offers and broken promises named; more tell staff nothing new. */
const mostNamed = 5;

/** What staff should know of a conversation that is over. Holds personal data: for the record, never for a log. */
export function closingSummary(end: ConversationEnd): ClosingSummary {
  const protocol = protocolOf(end.conversationId);
  const head = [
    ...emergencyLines(end.emergencies),
    `Protocolo do atendimento: ${protocol}.`,
    ...whoLine(end.state),
  ].join('\n');
  const warnings = [
    ...openLines(end),
    ...readBackLines(end.state),
    ...promiseLines(end.brokenPromises),
  ].join('\n');
  const done = deedLines(end.state).join('\n') || 'Nada foi marcado, mudado ou anotado.';
  // What needs somebody's attention is never what is cut off.
  const room = Math.max(leastRoom, longestSummary - head.length - warnings.length - 2);
  const summary = [head, bounded(done, room), warnings].filter(Boolean).join('\n');
  return { protocol, summary: bounded(summary, longestSummary) };
}

function emergencyLines(emergencies: readonly EmergencyEvent[]): string[] {
  const kinds = [...new Set(emergencies.map(({ kind }) => kind))];
  if (kinds.length === 0) return [];
  const named = kinds.map((kind) => emergencyNames[kind]).join(', ');
  return [`EMERGÊNCIA: a pessoa falou de ${named} e foi orientada a pedir socorro: convém ligar.`];
}

const emergencyNames: Record<EmergencyKind, string> = {
  infant: 'perigo com uma criança pequena',
  pregnancy: 'perigo na gravidez',
  poisoning: 'envenenamento',
  allergy: 'reação alérgica grave',
  choking: 'engasgo',
  stroke: 'sinais de AVC',
  heart: 'dor no peito',
  seizure: 'convulsão',
  unconscious: 'perda de consciência',
  bleeding: 'sangramento grave',
  breathing: 'falta de ar',
  injury: 'ferimento grave',
  suicide: 'tirar a própria vida',
  other: 'uma emergência',
};

function whoLine({ deeds, review }: ConversationState): string[] {
  const people = new Set<string>();
  for (const deed of deeds) {
    if ('appointment' in deed) {
      people.add(personLine(deed.appointment.clientName, deed.appointment.patient.name));
    } else if (deed.type === 'request-recorded') people.add(quoted(deed.request.name));
  }
  if (review) people.add(personLine(review.draft.clientName, review.draft.patient.name));
  return people.size > 0 ? [`Quem: ${[...people].slice(0, mostNamed).join('; ')}.`] : [];
}

function personLine(client: string, patient: string): string {
  return client === patient ? quoted(client) : `${quoted(client)} (paciente: ${quoted(patient)})`;
}

function deedLines({ deeds }: ConversationState): string[] {
  const seen = deeds.flatMap((deed) => ('appointment' in deed ? deed.appointment : []));
  return deeds.map((deed) => deedLine(deed, seen)).filter((line) => line !== '');
}

/** @param seen where the old appointment of a moved one is found */
function deedLine(deed: Deed, seen: readonly Appointment[]): string {
  switch (deed.type) {
    case 'booked':
      return `Marcado: ${visitText(deed.appointment)}`;
    case 'rescheduled': {
      const old = seen.find(({ id }) => id === deed.appointment.replaces);
      return `Remarcado: ${visitText(deed.appointment)}${old ? ` Antes: ${itemsText(old)}.` : ''}`;
    }
    case 'cancelled':
      return `Cancelado: ${itemsText(deed.appointment)}; protocolo ${deed.appointment.protocol}.`;
    case 'confirmed':
      return `Presença confirmada: ${itemsText(deed.appointment)}; protocolo ${deed.appointment.protocol}.`;
    case 'contact-answered':
      return answerLines[deed.answer];
    case 'calls-stopped':
      return 'Pediu para não receber mais ligações nem mensagens: o número está na lista.';
    case 'request-recorded':
      return requestLine(deed.request);
    case 'shown':
    case 'code-asked':
      return '';
  }
}

const answerLines: Record<ContactAnswer, string> = {
  confirmed: 'Resposta à nossa ligação: confirma.',
  'wants-to-move': 'Resposta à nossa ligação: quer remarcar.',
  cancel: 'Resposta à nossa ligação: quer cancelar.',
  'do-not-call': 'Resposta à nossa ligação: não quer mais ser contatada.',
  'wrong-person': 'Resposta à nossa ligação: número de outra pessoa.',
};

function visitText(appointment: Appointment): string {
  const parts = [
    itemsText(appointment),
    appointment.price ? writtenMoney(appointment.price.centavos) : 'valor a confirmar',
    paymentText(appointment.payment),
    `protocolo ${appointment.protocol}`,
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

function itemsText({ items, service, professional, day, time }: Appointment): string {
  const told = items.length > 0 ? items : [{ service, professional, day, time }];
  return told
    .map((item) => itemText({ ...item, service: item.service ?? 'atendimento' }))
    .join(' + ');
}

type Told = { service: string; professional: string | null; day: string; time: string };

function itemText({ service, professional, day, time }: Told): string {
  const date = Temporal.PlainDate.from(day);
  const weekday = weekdayNames[weekdayOf(date)];
  const who = professional ? ` com ${professional}` : '';
  return `${service}${who}, ${weekday} ${writtenDate(date, true)} às ${time}`;
}

function paymentText(payment: Appointment['payment']): string {
  if (!payment) return '';
  const { method, cashCentavos, changeCentavos } = payment;
  const cash = cashCentavos ? `, traz ${writtenMoney(cashCentavos)}` : '';
  const change = changeCentavos ? `, troco ${writtenMoney(changeCentavos)}` : '';
  return `pagamento: ${methodNames[method]}${cash}${change}`;
}

const requestNames: Record<StaffRequest['kind'], string> = {
  'exam-results': 'Pedido de resultado',
  message: 'Recado',
  'waiting-list': 'Lista de espera',
};

function requestLine({ kind, isUrgent, text, wish, protocol }: StaffRequest): string {
  const when = wish?.when ? ` (${quoted(wish.when)})` : '';
  const who = wish?.professional ? ` com ${wish.professional}` : '';
  const what = wish ? `${wish.service}${who}${when}` : text ? quoted(text) : '';
  const urgent = isUrgent ? ' URGENTE' : '';
  return `${requestNames[kind]}${urgent}: ${[what, `protocolo ${protocol}`].filter(Boolean).join('; ')}.`;
}

/** What was asked for and not done. */
function openLines({ state, clinic }: ConversationEnd): string[] {
  const { hold, offers, deeds } = state;
  if (hold) return [`Ficou sem confirmar: ${heldText(hold, clinic.timeZone)}.`];
  const did = (type: string) => deeds.some((deed) => deed.type === type);
  const isUndone = !did('booked') && !did('rescheduled');
  const services = new Set([...offers.values()].map(({ bookable }) => bookable.serviceName));
  const names = [...services].slice(0, mostNamed).join(', ');
  return [
    ...(isUndone && names ? [`Perguntou por ${names} e não marcou.`] : []),
    ...(did('code-asked') && !did('shown') ? ['Pediu um código e não chegou a ver a agenda.'] : []),
  ];
}

function heldText({ items, replaces }: HeldVisit, timeZone: string): string {
  const text = items.map((item) => itemText(slotOf(item, timeZone))).join(' + ');
  return replaces ? `${text} (no lugar de ${itemsText(replaces)})` : text;
}

function slotOf({ bookable, date, startMs }: OfferedSlot, timeZone: string): Told {
  const time = clinicTime(startMs, timeZone).toPlainTime().toString({ smallestUnit: 'minute' });
  return {
    service: bookable.serviceName,
    professional: bookable.practitionerName,
    day: date,
    time,
  };
}

function readBackLines({ unheardReadBacks }: ConversationState): string[] {
  return [...unheardReadBacks.values()].map(
    ({ protocol }) =>
      `Não ouviu até o fim a leitura do que foi marcado (protocolo ${protocol}): convém ligar.`,
  );
}

function promiseLines(brokenPromises: readonly string[]): string[] {
  if (brokenPromises.length === 0) return [];
  const said = [...new Set(brokenPromises)]
    .slice(0, mostNamed)
    .map((words) => `“${quoted(words)}”`);
  return [`A assistente disse ${said.join(', ')} sem ter feito, e foi corrigida: convém conferir.`];
}

/** What a person said stays one bounded line of plain text. */
function quoted(text: string): string {
  return bounded(plainText(text), longestQuotation);
}

function bounded(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}
