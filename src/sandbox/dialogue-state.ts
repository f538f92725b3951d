import type { FoundAppointment, OfferedTime, ToolOutput } from './tool-output.ts';
import type { Field, Task, Topic, Utterance } from './utterance.ts';

/** One line of the conversation, in order. Agent lines hold only what the caller can have heard. */
export type DialogueLine =
  | { kind: 'caller'; text: string }
  | { kind: 'agent'; text: string; cut: boolean }
  | { kind: 'tool-call'; callId: string; name: string; arguments?: string }
  | { kind: 'tool-output'; callId: string; output: string }
  /** Something the client told the agent in writing. */
  | { kind: 'note'; text: string };

export interface ReceptionistTool {
  name: string;
  parameters?: unknown;
}

/** What is being done for the caller now; begun anew with each task. */
export interface Visit {
  /** Services still to be looked for. */
  queue: readonly string[];
  /** Names that a refusal offered instead. */
  suggestions: readonly string[];
  offers: readonly OfferedTime[];
  /** The offers answer what was asked for last. */
  searched: boolean;
  /** Nothing is free, or no day is known: only the waiting list is left. */
  nothingFree: boolean;
  /** A time is still to be chosen for `facts.service`. */
  choosing: boolean;
  basket: readonly OfferedTime[];
  held: boolean;
  /** No other service is wanted. */
  complete: boolean;
  paid: boolean;
  /** What the tool said about the payment: the summary repeats it, so it is told once. */
  payment: 'unsaid' | 'news' | 'told';
  reviewed: boolean;
  /** The caller said yes to what was read to them. */
  agreed: boolean;
  /** The caller said that something is wrong, not what. */
  changing: boolean;
  /** Data that a tool asked for. */
  needed: readonly Field[];
  identity: 'unknown' | 'refused' | 'code-wanted' | 'code-sent' | 'verified' | 'shown';
  appointments: readonly FoundAppointment[];
  appointment?: FoundAppointment;
}

/** What somebody whom we rang has answered, in the tool's words. */
export type ContactAnswer =
  | 'confirmed'
  | 'wants-to-move'
  | 'cancel'
  | 'do-not-call'
  | 'wrong-person';

export interface Contact {
  /** They said that it is them. */
  isThem: boolean;
  /** They cannot come, and have not said what instead. */
  isAbsent: boolean;
  answer?: ContactAnswer;
  /** A cancellation is to be agreed to once more. */
  cancelAsked: boolean;
}

/** Everything the receptionist knows after reading the lines so far. */
export interface DialogueState {
  /** The caller's words. `null`: asked, and they would rather not say. */
  facts: Partial<Record<Field, string | null>>;
  callerName?: string;
  forAnother: boolean;
  task?: Task;
  /** We rang them: how far that is. */
  contact: Contact;
  visit: Visit;
  /** A question of the caller's own, to be answered before anything else. */
  question?: 'service' | 'clinic' | 'exams' | 'consultations';
  /** A service was explained and may now be booked. */
  mayBook: boolean;
  /** Has been asked what else they need. */
  invited: boolean;
  tasksDone: number;
  /** What was booked, as it is spoken. */
  booked: readonly string[];
  asked?: Topic;
  /** To be said before the next question. */
  aside?: string;
  /** A tool's answer that the caller has not heard yet. */
  untold?: ToolOutput & { tool: string };
  /** Consecutive turns that were not understood. */
  misses: number;
  /** The same refusal, how often in a row. */
  refusal: { key: string; times: number };
  calls: { pending: ReadonlyMap<string, string>; all: number; sinceCaller: number };
  last?: 'caller' | 'agent' | 'tool';
  heard?: Utterance;
  /** The caller's last line brought a name. */
  named: boolean;
  ending?: 'leaving' | 'giving-up' | 'ended';
}

const personal: readonly Field[] = [
  'patient_name',
  'birth_date',
  'rg',
  'cpf',
  'address',
  'phone',
  'email',
];

export function emptyState(): DialogueState {
  return {
    facts: {},
    forAnother: false,
    contact: { isThem: false, isAbsent: false, cancelAsked: false },
    visit: freshVisit(),
    mayBook: false,
    invited: false,
    tasksDone: 0,
    booked: [],
    misses: 0,
    refusal: { key: '', times: 0 },
    calls: { pending: new Map<string, string>(), all: 0, sinceCaller: 0 },
    named: false,
  };
}

function freshVisit(): Visit {
  return {
    queue: [],
    suggestions: [],
    offers: [],
    searched: false,
    nothingFree: false,
    choosing: true,
    basket: [],
    held: false,
    complete: false,
    paid: false,
    payment: 'unsaid',
    reviewed: false,
    agreed: false,
    changing: false,
    needed: [],
    identity: 'unknown',
    appointments: [],
  };
}

export function withVisit(state: DialogueState, change: Partial<Visit>): DialogueState {
  return { ...state, visit: { ...state.visit, ...change } };
}

export function withFacts(
  state: DialogueState,
  facts: Partial<Record<Field, string | null>>,
): DialogueState {
  return { ...state, facts: { ...state.facts, ...facts } };
}

export function without(state: DialogueState, ...fields: Field[]): DialogueState {
  const facts = { ...state.facts };
  for (const field of fields) delete facts[field];
  return { ...state, facts };
}

/** Begins a task. Who the patient is stays known, unless it is now somebody else. */
export function startTask(state: DialogueState, task: Task, forAnother: boolean): DialogueState {
  const kept = forAnother || state.forAnother ? [] : personal;
  const facts = { ...pick(state.facts, kept), ...pick(state.facts, ['phone', 'email']) };
  return {
    ...state,
    task,
    facts,
    forAnother,
    visit: freshVisit(),
    mayBook: false,
    invited: false,
  };
}

/** The task is over, done or not. */
export function endTask(state: DialogueState, aside?: string): DialogueState {
  const { task: _, question: __, ...rest } = state;
  return {
    ...rest,
    facts: pick(state.facts, personal),
    visit: freshVisit(),
    mayBook: false,
    tasksDone: state.tasksDone + 1,
    ...(aside ? { aside } : {}),
  };
}

function pick(facts: DialogueState['facts'], fields: readonly Field[]): DialogueState['facts'] {
  return Object.fromEntries(
    fields.flatMap((field) => (facts[field] === undefined ? [] : [[field, facts[field]]])),
  );
}

/** Another time for what is being chosen, or for what was chosen last. `null`: any; undefined: to be asked. */
export function seekTime(state: DialogueState, when: string | null | undefined): DialogueState {
  const { basket, choosing } = state.visit;
  const sought = withVisit(state, {
    ...(choosing ? {} : { basket: basket.slice(0, -1) }),
    choosing: true,
    offers: [],
    searched: false,
    nothingFree: false,
    changing: false,
    ...unsettled,
  });
  return when === undefined ? without(sought, 'when') : withFacts(sought, { when });
}

/** One more service, or another in the place of the last: undefined is to be asked. */
export function seekService(
  state: DialogueState,
  wanted: { services: readonly string[]; practitioner?: string },
  place: 'added' | 'instead',
): DialogueState {
  const { basket, choosing } = state.visit;
  const [service, ...queue] = wanted.services;
  const cleared = without(state, 'service', 'practitioner', ...(choosing ? [] : ['when' as const]));
  const sought = withVisit(cleared, {
    basket: place === 'instead' && !choosing ? basket.slice(0, -1) : basket,
    queue: [...queue, ...state.visit.queue],
    choosing: true,
    suggestions: [],
    offers: [],
    searched: false,
    nothingFree: false,
    complete: false,
    changing: false,
    ...unsettled,
  });
  return withFacts(sought, {
    ...(service ? { service } : {}),
    ...(wanted.practitioner ? { practitioner: wanted.practitioner } : {}),
  });
}

/** What a change of the visit makes undone. */
export const unsettled: Partial<Visit> = {
  held: false,
  paid: false,
  reviewed: false,
  agreed: false,
};
