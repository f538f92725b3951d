import { Temporal } from 'temporal-polyfill';
import type { Appointment } from '../scheduling/appointment.ts';
import type { ConversationState, Deed } from './conversation-state.ts';
import { plainText } from './plain-text.ts';
import { clinicTime, spokenAtTime, spokenDate } from './spoken-portuguese.ts';

/** Why the call is handed on, as the code that asked for it knows; never the model's words. */
export type TransferReason =
  | 'asked-for-person'
  | 'emergency'
  | 'agent-stuck'
  | 'technical-problem'
  | 'by-staff';

type Known = Pick<ConversationState, 'deeds' | 'hold' | 'review' | 'offers' | 'verifiedPatients'>;

/** Fifteen seconds at about fourteen characters a second: who answers a telephone listens no longer. */
const longestBriefing = 15 * 14;
/** A name longer than this is cut; nobody takes it in. */
const longestName = 50;
/** Services named of those that were asked about. */
const mostServices = 2;

/**
 * What a member of staff hears before they take a call: who, why, what was done and what is open, the more important
 * first, as much as fits. Built from what this conversation really did. Personal data: for staff's ear only.
 * @param currentYear of the clinic's wall clock; dates of this year are said without it
 */
export function transferBriefing({
  state,
  reason,
  timeZone,
  currentYear,
}: {
  state: Known;
  reason: TransferReason;
  timeZone: string;
  currentYear: number;
}): string {
  const parts = [
    `${whoText(state)} ${reasonTexts[reason]}`,
    ...heldPart(state, timeZone, currentYear),
    ...deedParts(state, currentYear),
    ...offeredPart(state),
    state.verifiedPatients.size > 0
      ? 'Identidade confirmada por código.'
      : 'Identidade não confirmada.',
  ];
  return parts.reduce((told, part) => {
    const longer = told === '' ? part : `${told} ${part}`;
    return longer.length <= longestBriefing ? longer : told;
  }, '');
}

const reasonTexts: Record<TransferReason, string> = {
  'asked-for-person': 'Pediu para falar com uma pessoa.',
  emergency: 'Falou em emergência e ouviu para ligar ao SAMU.',
  'agent-stuck': 'A assistente não conseguiu resolver.',
  'by-staff': 'A equipe passou a ligação pelo painel.',
  'technical-problem': 'A assistente teve um problema técnico.',
};

function whoText({ review, deeds }: Known): string {
  const latest = deeds.findLast((deed) => 'appointment' in deed || 'request' in deed);
  const person = review?.draft ?? personOf(latest);
  if (!person) return 'Ligação de quem não disse o nome.';
  const { clientName, patient } = person;
  const about = clientName === patient.name ? '' : `, sobre ${spokenName(patient.name)}`;
  return `Ligação de ${spokenName(clientName)}${about}.`;
}

function personOf(deed: Deed | undefined) {
  if (!deed) return undefined;
  if ('appointment' in deed) return deed.appointment;
  if (!('request' in deed)) return undefined;
  const { name } = deed.request;
  return { clientName: name, patient: { name } };
}

/** Letters only: a name is what somebody said, and what is spoken to staff must not give orders or numbers. */
function spokenName(name: string): string {
  const letters = plainText(name)
    .replace(/[^\p{L}\p{M}' -]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return letters.length <= longestName
    ? letters
    : letters.slice(0, longestName).replace(/ \S*$/, '');
}

function heldPart({ hold }: Known, timeZone: string, year: number): string[] {
  const [first] = hold?.items ?? [];
  if (!hold || !first) return [];
  const start = clinicTime(first.startMs, timeZone);
  const when = `${spokenDate(start.toPlainDate(), year)}, ${spokenAtTime(start.toPlainTime())}`;
  return [`Guardado e ainda não confirmado: ${first.bookable.serviceName}, ${when}.`];
}

const deedTexts = {
  booked: 'Marcou',
  rescheduled: 'Remarcou',
  cancelled: 'Cancelou',
  confirmed: 'Confirmou presença',
} as const;

/** The latest first. */
function deedParts({ deeds }: Known, year: number): string[] {
  return deeds
    .map((deed) => {
      if (deed.type === 'request-recorded') return 'Deixou um pedido para a equipe.';
      if (deed.type === 'contact-answered') return 'Respondeu à nossa ligação.';
      if (deed.type === 'calls-stopped') return 'Não quer mais ser contatada.';
      if (deed.type === 'shown' || deed.type === 'code-asked') return '';
      return `${deedTexts[deed.type]}: ${visitText(deed.appointment, year)}.`;
    })
    .filter((text) => text !== '')
    .reverse();
}

function visitText({ items, service, day, time }: Appointment, year: number): string {
  const [first] = items;
  const date = spokenDate(Temporal.PlainDate.from(first?.day ?? day), year);
  const at = spokenAtTime(Temporal.PlainTime.from(first?.time ?? time));
  return `${first?.service ?? service ?? 'atendimento'}, ${date}, ${at}`;
}

function offeredPart({ offers, hold, deeds }: Known): string[] {
  const names = [...new Set([...offers.values()].map(({ bookable }) => bookable.serviceName))];
  if (names.length === 0 || hold || deeds.some(({ type }) => type === 'booked')) return [];
  return [`Perguntou por ${names.slice(-mostServices).join(' e ')}.`];
}
