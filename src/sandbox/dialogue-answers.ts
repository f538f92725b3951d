import { chooseAmong, chooseName, chooseTime } from './dialogue-choice.ts';
import { contactAnswers } from './dialogue-contact.ts';
import {
  type DialogueState,
  endTask,
  seekService,
  seekTime,
  startTask,
  withFacts,
  without,
  withVisit,
} from './dialogue-state.ts';
import { chooseAppointment } from './dialogue-tools.ts';
import { hasNumber, speakDay } from './portuguese-slots.ts';
import type { Field, Topic, Utterance } from './utterance.ts';

/** What an answer to a question changes; undefined when it was none. */
export type Answer = (state: DialogueState, heard: Utterance) => DialogueState | undefined;

/** “Pode falar”: who was called listens, and wants nothing yet. */
const listens = /\b(?:pode falar|pode dizer|estou ouvindo|tudo (?:certo|bem))\b/;

const reception = 'Tudo bem. A recepção da clínica pode ajudar você com isso.';

export const answers: Record<Topic, Answer> = {
  wish: answerWish,
  service: answerService,
  when: answerWhen,
  slot: answerSlot,
  more: answerMore,
  method: (state, heard) => (heard.method ? state : undefined),
  cash_amount: (state, heard) => numberFor('cash_amount', state, heard),
  patient_name: (state, heard) => (heard.name ? state : undefined),
  birth_date: (state, heard) => numberFor('birth_date', state, heard),
  rg: (state, heard) => numberFor('rg', state, heard),
  cpf: optionalNumber('cpf'),
  phone: (state, heard) =>
    /\b(?:est[ae]|ess[ae]|deste|desse) (?:mesm[oa]|numero|telefone|que)/.test(heard.bare)
      ? withFacts(state, { phone: null })
      : optionalNumber('phone')(state, heard),
  email: optionalText('email', (heard) => heard.told.email !== undefined),
  address: optionalText('address', ({ bare }) => bare.length > 5),
  exams: optionalText('exams', ({ bare, present }) => bare.length > 2 && !present),
  message: (state, heard) =>
    heard.bare.length > 2 && !heard.present ? withFacts(state, { message: heard.text }) : undefined,
  confirmation: answerConfirmation,
  change: answerChange,
  'which-appointment': answerWhich,
  'confirm-cancel': answerCancel,
  'confirm-move': answerMoved,
  'confirm-transfer': answerTransfer,
  'confirm-stop': answerTransfer,
  ...contactAnswers,
  'code-offer': answerCodeOffer,
  code: answerCode,
  'waiting-list': answerWaitingList,
  'offer-booking': answerBooking,
  'anything-else': (state, heard) =>
    heard.yes && !heard.enough ? { ...state, invited: true } : undefined,
};

function answerWish(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (listens.test(heard.bare)) return { ...state, tasksDone: state.tasksDone + 1 };
  return heard.yes ? startTask(state, 'booking', heard.forAnother) : undefined;
}

function numberFor(field: Field, state: DialogueState, heard: Utterance) {
  if (!hasNumber(heard.text)) return undefined;
  const cut = field === 'birth_date' ? bareAnswer : fromNumber;
  return withFacts(state, { [field]: cut(heard.text) });
}

/** `Então levo trezentos reais` → `trezentos reais`; a date may begin with a word that is no number. */
function fromNumber(text: string): string {
  const words = text.split(/\s+/);
  const isNumber = (at: number) => hasNumber(words[at] ?? '');
  const first = words.findIndex(
    (word, at) => isNumber(at) || (/^uma?,?$/i.test(word) && isNumber(at + 1)),
  );
  return words
    .slice(Math.max(0, first))
    .join(' ')
    .replace(/[.!]+$/, '');
}

/** `É dois zero zero…` → `dois zero zero…` */
function bareAnswer(text: string): string {
  return text.replace(/^\s*(?:(?:é|eh|sim|nasci em|foi em)[,.]?\s+)+/iu, '').replace(/[.!]+$/, '');
}

function optionalNumber(field: Field): Answer {
  return (state, heard) =>
    numberFor(field, state, heard) ??
    (heard.declines ? withFacts(state, { [field]: null }) : undefined);
}

function optionalText(field: Field, holds: (heard: Utterance) => boolean): Answer {
  return (state, heard) => {
    if (heard.declines || heard.enough) return withFacts(state, { [field]: null });
    return holds(heard) ? withFacts(state, { [field]: bareAnswer(heard.text) }) : undefined;
  };
}

function answerService(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const { suggestions } = state.visit;
  const [first] = suggestions;
  const meant = chooseName(heard.text, suggestions) ?? (heard.yes ? first : undefined);
  if (meant) return takeName(state, meant);
  const isEnough = heard.enough || heard.thanksOnly;
  if (!isEnough && (heard.services.length > 0 || heard.practitioner))
    return seekService(state, heard, 'added');
  if (!heard.no && !isEnough) return undefined;
  const { basket } = state.visit;
  if (basket.length === 0) return endTask(state, 'Sem problema.');
  return withVisit(without(state, 'service'), { choosing: false, complete: true, held: false });
}

/** A name the clinic offered is that of a person when it has a title. */
function takeName(state: DialogueState, name: string): DialogueState {
  const person = /^dra?\.?\s+(.+)$/i.exec(name)?.[1];
  const wanted = person ? { services: ['consulta'], practitioner: person } : { services: [name] };
  const { practitioner } = state.facts;
  return seekService(state, { ...(practitioner ? { practitioner } : {}), ...wanted }, 'added');
}

function answerWhen(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.when) return seekTime(state, heard.when);
  return heard.anyTime || heard.no ? seekTime(state, null) : undefined;
}

function answerSlot(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const { offers, basket } = state.visit;
  const choice = chooseTime(heard.text, offers, (heard.yes || heard.anyTime) && !heard.no);
  if (typeof choice === 'object' && !heard.no) {
    return withVisit(state, {
      basket: [...basket, choice.found],
      choosing: false,
      offers: [],
      held: false,
    });
  }
  if (heard.when) return seekTime(state, heard.when);
  return heard.no || heard.corrects ? seekTime(state, undefined) : undefined;
}

function answerMore(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.services.length > 0 || heard.practitioner) return seekService(state, heard, 'added');
  if (heard.no || heard.enough || heard.thanksOnly || heard.method)
    return withVisit(state, { complete: true });
  return heard.yes || heard.task === 'booking' ? seekService(state, heard, 'added') : undefined;
}

function answerConfirmation(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.yes) return withVisit(state, { agreed: true });
  return (
    answerChange(state, heard) ??
    (heard.no || heard.corrects ? withVisit(state, { changing: true }) : undefined)
  );
}

/** What is wrong, with or without what is right. */
function answerChange(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const open = withVisit(state, { changing: false });
  if (heard.services.length > 0) return seekService(open, heard, 'instead');
  if (heard.when) return seekTime(open, onTheSameDay(state, heard.when));
  if (heard.practitioner) {
    const services = typeof open.facts.service === 'string' ? [open.facts.service] : [];
    return seekService(open, { services, practitioner: heard.practitioner }, 'instead');
  }
  switch (heard.mentioned) {
    case undefined:
      return undefined;
    case 'when':
      return seekTime(open, undefined);
    case 'service':
      return seekService(open, { services: [] }, 'instead');
    case 'method':
    case 'cash_amount':
      return withVisit(without(open, 'method', 'cash_amount'), { paid: false, reviewed: false });
    default:
      return withVisit(without(open, heard.mentioned), {
        reviewed: false,
        needed: [...open.visit.needed, heard.mentioned],
      });
  }
}

/** “Às onze” alone means the day that was chosen. */
function onTheSameDay({ visit }: DialogueState, words: string): string {
  const taken = visit.basket.at(-1);
  const isTimeOnly = /^(?:[àa]s|pel[ao]s|[àa])\s/i.test(words) || /^\d{1,2}(?:h|:)/.test(words);
  return taken && isTimeOnly ? `${speakDay(taken.date)} ${words}` : words;
}

function answerWhich(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const appointment = chooseAmong(heard.text, state.visit.appointments);
  if (appointment) return chooseAppointment(state, appointment);
  return heard.no ? endTask(state, reception) : undefined;
}

function answerCancel(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.task === 'moving') return { ...state, task: 'moving' };
  if (heard.yes || (heard.task === 'cancelling' && !heard.no))
    return withVisit(state, { agreed: true });
  return heard.no ? endTask(state, 'Tudo bem, não mudei nada.') : undefined;
}

function answerMoved(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.yes) return withVisit(state, { agreed: true });
  if (heard.when) return seekTime(state, onTheSameDay(state, heard.when));
  return heard.no ? seekTime(state, undefined) : undefined;
}

function answerTransfer(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.yes) return withVisit(state, { agreed: true });
  return heard.no ? endTask(state, 'Tudo bem.') : undefined;
}

function answerCodeOffer(state: DialogueState, heard: Utterance): DialogueState | undefined {
  // The date was wrong: it is looked for again.
  if (heard.told.birth_date !== undefined) return withVisit(state, { identity: 'unknown' });
  if (heard.yes) return withVisit(state, { identity: 'code-wanted' });
  return heard.no ? endTask(state, reception) : undefined;
}

function answerCode(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (/\bnao (?:chegou|recebi|veio|tenho)/.test(heard.bare)) return endTask(state, reception);
  if (/\boutro\b|novamente|de novo/.test(heard.bare))
    return withVisit(state, { identity: 'code-wanted' });
  return numberFor('code', state, heard) ?? (heard.no ? endTask(state, reception) : undefined);
}

function answerWaitingList(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.when) return seekTime(state, heard.when);
  if (heard.yes) return { ...state, task: 'waiting-list' };
  return heard.no ? endTask(state, 'Tudo bem.') : undefined;
}

function answerBooking(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const { service, practitioner } = state.facts;
  if (heard.yes) {
    const wanted = {
      services: service ? [service] : [],
      ...(practitioner ? { practitioner } : {}),
    };
    return seekService(startTask(state, 'booking', heard.forAnother), wanted, 'added');
  }
  const isDone = heard.no || heard.enough || heard.thanksOnly;
  return isDone ? { ...state, mayBook: false, tasksDone: state.tasksDone + 1 } : undefined;
}
