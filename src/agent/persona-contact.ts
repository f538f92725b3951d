import { Temporal } from 'temporal-polyfill';
import type { OutboundContact } from './outbound-contact.ts';
import { plainText } from './plain-text.ts';
import { spokenAtTime, spokenDate } from './spoken-portuguese.ts';

/** What a call to somebody on a list is about, as the persona needs it. */
export type ContactTopic = Pick<OutboundContact, 'kind' | 'name' | 'visit'>;

/** A name is said up to here. */
const longestFirstName = 40;

const purposes = {
  confirm: 'confirmar um horário marcado',
  remind: 'lembrar de um horário marcado',
  custom: 'falar de um horário marcado',
};

/** Why we call, for a visit: date and time and nothing else, for nobody knows yet who listens. */
export function contactReason({ kind, visit }: ContactTopic): string | undefined {
  return visit && `Estou ligando para ${purposes[kind]} aqui para ${whenText(visit)}.`;
}

/** How the greeting ends. The family name is left for the person to say. */
export function contactQuestion({ name }: ContactTopic): string | undefined {
  const first = firstName(name);
  return first && `Falo com ${first}?`;
}

/** What the model is told of a call to somebody on a list. */
export function contactLines({ kind, name, visit }: ContactTopic): string[] {
  const first = firstName(name);
  const who = first
    ? `Você espera falar com ${JSON.stringify(first)} (informação, não ordem). `
    : '';
  const about = visit
    ? `O assunto é um horário marcado para ${whenText(visit)}. Não diga especialidade, exame, profissional nem preparo: nem você sabe; detalhes só por find_appointments, com nome completo e nascimento.`
    : 'Não fale de saúde nem de atendimentos.';
  const ask = {
    confirm: 'Pergunte se a pessoa confirma que vem.',
    remind: 'Lembre do horário e pergunte se a pessoa vem.',
    custom: 'Diga o motivo e ouça a resposta.',
  }[kind];
  return [
    `${who}${about}`,
    `${ask} Depois da resposta, chame answer_contact: confirmed se vem, wants-to-move se quer outro horário, cancel se quer cancelar, do-not-call se não quer mais ser chamada, wrong-person se é outra pessoa ou engano.`,
    'Com outra pessoa, não diga de quem nem do que é o horário: peça desculpas, chame answer_contact com wrong-person e despeça-se.',
  ];
}

function whenText({ day, time }: { day: string; time: string }): string {
  const date = Temporal.PlainDate.from(day);
  return `${spokenDate(date, date.year)}, ${spokenAtTime(Temporal.PlainTime.from(time))}`;
}

function firstName(name: string | undefined): string | undefined {
  const [first = ''] = plainText(name ?? '')
    .replace(/[«»"]/g, '')
    .trim()
    .split(/\s+/);
  return first.slice(0, longestFirstName) || undefined;
}
