import type { Contact, ContactAnswer, DialogueState } from './dialogue-state.ts';
import type { Topic, Utterance } from './utterance.ts';

/** What somebody whom we rang says to it. Pure: (state, words) → state; undefined when it was no answer. */

type ContactTopic = Extract<
  Topic,
  'contact-person' | 'contact' | 'contact-absent' | 'contact-cancel'
>;
type Answer = (state: DialogueState, heard: Utterance) => DialogueState | undefined;

export const contactAnswers: Record<ContactTopic, Answer> = {
  'contact-person': answerWho,
  contact: answerWhether,
  'contact-absent': answerInstead,
  'contact-cancel': answerCancelling,
};

const wrongWords =
  /\b(?:engano|numero errado|nao (?:e|sou) (?:ela|ele|essa|esse|dela|dele|eu)|nao conheco|nao mora|nao tem ninguem)\b/;
const itIsThem =
  /\b(?:sou eu|e ela mesma|e ele mesmo|ela mesma|ele mesmo|pode falar|estou ouvindo)\b/;
const comes = /\b(?:confirm[oa]|confirmad[oa]|estarei|eu vou|vou sim|compareco|combinado)\b/;
const cannot = /\b(?:nao (?:posso|consigo|vou|da|poderei|vai dar)|impossivel)\b/;

/** Said in so many words, whatever was asked. */
function plainAnswer({ bare, task }: Utterance): ContactAnswer | undefined {
  if (task === 'stop-calls') return 'do-not-call';
  if (wrongWords.test(bare)) return 'wrong-person';
  if (task === 'moving') return 'wants-to-move';
  return task === 'cancelling' ? 'cancel' : undefined;
}

function withContact(state: DialogueState, change: Partial<Contact>): DialogueState {
  return { ...state, contact: { ...state.contact, ...change } };
}

function answerWho(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const answer = plainAnswer(heard) ?? (comes.test(heard.bare) ? 'confirmed' : undefined);
  if (answer) return withContact(state, { answer, isThem: true });
  if (heard.yes || itIsThem.test(heard.bare)) return withContact(state, { isThem: true });
  return heard.no ? withContact(state, { answer: 'wrong-person' }) : undefined;
}

function answerWhether(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const answer = plainAnswer(heard);
  if (answer) return withContact(state, { answer });
  if (heard.no || cannot.test(heard.bare)) return withContact(state, { isAbsent: true });
  return heard.yes || comes.test(heard.bare)
    ? withContact(state, { answer: 'confirmed' })
    : undefined;
}

function answerInstead(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const wantsOther = heard.when !== undefined || /\boutr[oa]\b/.test(heard.bare);
  const answer = plainAnswer(heard) ?? (wantsOther ? 'wants-to-move' : undefined);
  return answer && withContact(state, { answer });
}

/** The tool asks once more before it cancels; a no leaves everything as it is. */
function answerCancelling(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (heard.no) return withContact(state, { cancelAsked: false, isAbsent: true });
  const agrees = heard.yes || heard.task === 'cancelling';
  return agrees ? withContact(state, { answer: 'cancel', cancelAsked: false }) : undefined;
}
