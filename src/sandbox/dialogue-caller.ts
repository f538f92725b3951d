import { answers } from './dialogue-answers.ts';
import {
  type DialogueState,
  endTask,
  seekService,
  startTask,
  withFacts,
  withVisit,
} from './dialogue-state.ts';
import { type Field, type Task, type Topic, type Utterance, understand } from './utterance.ts';

/** Turns not understood in a row before a person must help. */
const patience = 4;

/** One thing the caller said: (state, words) → state. */
export function afterCaller(state: DialogueState, text: string): DialogueState {
  const heard = understand(text, state.asked);
  const spoke: DialogueState = {
    ...state,
    last: 'caller',
    heard,
    named: false,
    calls: { ...state.calls, sinceCaller: 0 },
  };
  // A tool is at work: what it answers comes first.
  if (state.calls.pending.size > 0) return spoke;
  const { aside: _, ...open } = spoke;
  if (isLeaving(open, heard)) return { ...open, misses: 0, ending: 'leaving' };
  const next = respond(open, heard);
  if (next !== undefined) return { ...next, misses: 0 };
  if (isPassing(heard)) return { ...open, misses: 0 };
  const misses = state.misses + 1;
  return { ...open, misses, ...(misses >= patience ? { ending: 'giving-up' as const } : {}) };
}

function isLeaving(state: DialogueState, heard: Utterance): boolean {
  if (heard.farewell && !heard.task) return true;
  const isFree = state.task === undefined && !state.mayBook && !state.question;
  const isDone = heard.no || heard.enough || heard.thanksOnly;
  return isFree && isDone && !heard.asksAbout && heard.services.length === 0 && !isTaskNamed(heard);
}

const isTaskNamed = ({ task, enough, no }: Utterance) =>
  task === 'stop-calls' || (task !== undefined && !enough && !no);

/** Needs no answer of its own: the last question is put again. */
function isPassing({ asksRepeat, asksToWait, present, enough }: Utterance): boolean {
  return asksRepeat || asksToWait || present || enough;
}

/** @returns undefined when nothing in it was understood */
function respond(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const learnt = learn(state, heard);
  if (heard.asksAbout && !isAnswer(state, heard)) return question(learnt, heard, heard.asksAbout);
  const begun = beginTask(learnt, heard);
  if (begun) return begun;
  const asked: Topic | undefined = state.asked;
  const hasNews = learnt !== state;
  // A yes that brings a correction agrees to nothing.
  const plainYes =
    asked === 'confirmation' && hasNews
      ? { ...heard, yes: false, no: false, corrects: false }
      : heard;
  const answered = asked ? answers[asked](learnt, withoutOwnNews(plainYes, hasNews)) : undefined;
  return answered ?? unaskedWish(learnt, heard) ?? (hasNews ? learnt : undefined);
}

/** What was learnt by name (“o nome é…”) is not asked for again because it was mentioned. */
function withoutOwnNews(heard: Utterance, hasNews: boolean): Utterance {
  const { mentioned, ...rest } = heard;
  return hasNews || !mentioned ? rest : heard;
}

/** “Pode ser às onze?” is an answer, whatever its tone. */
function isAnswer(state: DialogueState, heard: Utterance): boolean {
  return heard.when !== undefined && (state.asked === 'slot' || state.asked === 'when');
}

function question(
  state: DialogueState,
  heard: Utterance,
  about: NonNullable<Utterance['asksAbout']>,
): DialogueState {
  const [service] = heard.services;
  if (about !== 'service') return { ...state, question: about };
  const { practitioner } = heard;
  if (state.task === undefined && service) {
    const facts = { service, ...(practitioner ? { practitioner } : {}) };
    return { ...withFacts(state, facts), question: about };
  }
  // About another service than the one under way, or about none that is known: the clinic's own answer.
  return { ...state, question: state.facts.service ? about : ('clinic' as const) };
}

/** Names, numbers and the like that the caller gives whatever was asked. */
function learn(state: DialogueState, heard: Utterance): DialogueState {
  const facts: DialogueState['facts'] = { ...heard.told };
  const isPatient =
    state.asked === 'patient_name' || !/\b(?:meu nome|me chamo|aqui e|eu sou)\b/.test(heard.bare);
  const forAnother = heard.forAnother || state.forAnother;
  if (heard.name && (isPatient || !forAnother)) facts.patient_name = heard.name;
  if (heard.method && state.task === 'booking' && state.asked !== 'message')
    facts.method = heard.method;
  const changed = (Object.keys(facts) as Field[]).filter((f) => facts[f] !== state.facts[f]);
  const isCaller = heard.name !== undefined && (!isPatient || !forAnother);
  if (changed.length === 0 && (!isCaller || heard.name === state.callerName)) return state;
  const paid = changed.includes('method') ? { paid: false } : {};
  const known = withVisit(withFacts(state, facts), {
    ...paid,
    reviewed: false,
    agreed: false,
    changing: false,
  });
  return {
    ...known,
    named: isCaller,
    ...(isCaller && heard.name ? { callerName: heard.name } : {}),
  };
}

/** A caller who says what they came for, or that it is something else. */
function beginTask(state: DialogueState, heard: Utterance): DialogueState | undefined {
  const task = heard.task ?? (heard.services.length > 0 ? 'booking' : undefined);
  if (!task || heard.enough) return undefined;
  // Whom we rang answers us; only a person or a message is a matter of its own.
  if (state.task === 'contact' && task !== 'person' && task !== 'message') return undefined;
  if (state.asked === 'offer-booking' && task === 'booking' && heard.services.length === 0)
    return undefined;
  if (state.task === undefined) return begin(state, heard, task);
  if (task === state.task || task === 'booking') return undefined;
  if (state.task === 'booking') return fromBooking(state, heard, task);
  return task === 'waiting-list' || state.asked?.startsWith('confirm')
    ? undefined
    : begin(state, heard, task);
}

/** In the middle of a booking “mudar o horário” corrects it, and “cancelar” gives it up. */
function fromBooking(
  state: DialogueState,
  heard: Utterance,
  task: Task,
): DialogueState | undefined {
  if (task === 'moving') return undefined;
  if (task === 'waiting-list') return state.facts.service ? { ...state, task } : undefined;
  if (task === 'cancelling') return endTask(state, 'Tudo bem, não marquei nada.');
  return begin(state, heard, task);
}

function begin(state: DialogueState, heard: Utterance, task: Task): DialogueState {
  const started = startTask(state, task, heard.forAnother);
  // A name said in the same breath belongs to the new task.
  const named =
    heard.name && !heard.forAnother ? withFacts(started, { patient_name: heard.name }) : started;
  const told = withFacts(named, heard.told);
  if (task === 'waiting-list' || task === 'booking') return wished(told, heard);
  return task === 'results' && heard.services.length > 0
    ? withFacts(told, { exams: heard.services.join(', ') })
    : told;
}

function wished(state: DialogueState, heard: Utterance): DialogueState {
  const sought = seekService(state, heard, 'added');
  if (heard.when) return withFacts(sought, { when: heard.when });
  return heard.anyTime ? withFacts(sought, { when: null }) : sought;
}

/** A service or a time that comes before it is asked for. */
function unaskedWish(state: DialogueState, heard: Utterance): DialogueState | undefined {
  if (state.task !== 'booking' && state.task !== 'moving') return undefined;
  const { choosing } = state.visit;
  if (state.task === 'booking' && choosing && heard.services.length > 0)
    return wished(state, heard);
  if (choosing && heard.when && !state.visit.nothingFree)
    return withFacts(withVisit(state, { searched: false, offers: [] }), { when: heard.when });
  return undefined;
}
