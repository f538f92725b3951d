import type { PersonaHints } from './persona-hints.ts';
import { findDay } from './portuguese-slots.ts';
import { asRecord, readToolOutput } from './tool-output.ts';
import {
  argumentNames,
  type Field,
  fields,
  type Topic,
  type Utterance,
  understand,
} from './utterance.ts';

/** One line of the conversation, in order. Agent lines hold only what the caller can have heard. */
export type DialogueLine =
  | { kind: 'caller'; text: string }
  | { kind: 'agent'; text: string; cut: boolean }
  | { kind: 'tool-call'; callId: string; name: string }
  | { kind: 'tool-output'; callId: string; output: string }
  /** Something the client told the agent in writing. */
  | { kind: 'note'; text: string };

export interface ReceptionistTool {
  name: string;
  parameters?: unknown;
}

export interface Refusal {
  message?: string;
  field?: Field;
}

/** Everything the receptionist knows after reading the lines so far. */
export interface DialogueState {
  /** `null`: the caller would rather not say. */
  known: Partial<Record<Field, string | null>>;
  practitioner?: string;
  /** The clinic needs to know which service, and was not told precisely enough. */
  vague: boolean;
  expecting?: Topic;
  wishes: boolean;
  confirmed: boolean;
  recorded: boolean;
  /** Consecutive turns that were not understood. */
  misses: number;
  /** What the caller gave since the agent last spoke. */
  news: Field[];
  last?: 'caller' | 'agent' | 'tool';
  heard?: Utterance;
  heardText: string;
  calls: Map<string, string>;
  toolMessage?: string;
  refusal?: Refusal;
  /** A day that a refusal proposed instead. */
  offeredDay?: string;
}

export const recordTool = 'record_appointment';
export const endTool = 'end_call';
/** An optional field is given up after this many answers that were not understood. */
const patience = 2;

/** Most telling first: a question about “dia e horário” is about the day. */
const topicWords: [Topic, RegExp][] = [
  ['anything-else', /mais alguma coisa|algo mais/i],
  ['confirmation', /posso (?:confirmar|registrar)|est[aá] cert|confirma\b/i],
  ['service', /especialidade|qual (?:consulta|exame|serviço)/i],
  ['wish', /posso (?:te |lhe )?ajudar|o que voc[eê] precisa/i],
  ['notes', /observaç/i],
  ['email', /e-?mail/i],
  ['phone', /telefone|n[uú]mero|celular/i],
  ['name', /nome|com quem (?:eu )?falo/i],
  ['day', /\bdia\b|\bdata\b/i],
  ['time', /hor[aá]rio|que horas/i],
];

/** Reads the whole conversation as it stands now. */
export function readConversation(
  lines: readonly DialogueLine[],
  persona: PersonaHints,
  tools: readonly ReceptionistTool[],
): DialogueState {
  const required = requiredFields(tools);
  return lines.reduce((state, line) => advance(state, line, persona, required), emptyState());
}

function emptyState(): DialogueState {
  return {
    known: {},
    vague: false,
    wishes: false,
    confirmed: false,
    recorded: false,
    misses: 0,
    news: [],
    heardText: '',
    calls: new Map(),
  };
}

function requiredFields(tools: readonly ReceptionistTool[]): ReadonlySet<Field> {
  const schema = parametersOf(tools.find((tool) => tool.name === recordTool));
  const listed = Array.isArray(schema.required) ? schema.required : [];
  return new Set<Field>([
    'name',
    'day',
    'time',
    ...fields.filter((field) => listed.includes(argumentNames[field])),
  ]);
}

export function parametersOf(tool: ReceptionistTool | undefined): Record<string, unknown> {
  return asRecord(tool?.parameters) ?? {};
}

/** One step of reading: (state, line) → state. */
export function advance(
  state: DialogueState,
  line: DialogueLine,
  persona: PersonaHints,
  required: ReadonlySet<Field>,
): DialogueState {
  switch (line.kind) {
    case 'agent':
      return afterAgent(state, line);
    case 'caller':
      return afterCaller(state, line.text, persona, required);
    case 'tool-call':
      return {
        ...state,
        confirmed: false,
        last: 'agent',
        calls: new Map(state.calls).set(line.callId, line.name),
      };
    case 'tool-output':
      return afterTool(state, line.callId, line.output, persona.today);
    case 'note':
      return afterNote(state, line.text, persona.today);
  }
}

function afterAgent(state: DialogueState, line: { text: string; cut: boolean }): DialogueState {
  if (line.text.trim() === '') return state;
  const topic = topicAsked(line.text, line.cut);
  return {
    ...state,
    last: 'agent',
    news: [],
    ...(topic ? { expecting: topic } : {}),
    // In a conversation restored as text after a reconnection, only this question tells that the work is done.
    recorded: state.recorded || (topic === 'anything-else' && state.confirmed),
  };
}

function topicAsked(text: string, cut: boolean): Topic | undefined {
  const sentences = text.split(/(?<=[.!?])\s+/);
  const question = sentences.findLast((sentence) => sentence.includes('?'));
  const fragment = cut ? sentences.at(-1) : undefined;
  const asked = /^(?:qual|para que|posso|tem|em que|como|quer)/i.test(fragment ?? '')
    ? fragment
    : question;
  const topic = topicWords.find(([, words]) => words.test(asked ?? ''))?.[0];
  return topic ?? (/então fica assim/i.test(text) ? 'confirmation' : undefined);
}

function afterCaller(
  state: DialogueState,
  text: string,
  persona: PersonaHints,
  required: ReadonlySet<Field>,
): DialogueState {
  const asked = state.expecting;
  // An answer to a field that is already known is read as any other sentence (a summary cut before its question).
  const stale = asked === 'notes' && state.known.notes !== undefined;
  const heard = understand(text, stale ? 'confirmation' : asked, persona.today);
  const fresh = state.recorded && heard.wishes && !heard.no ? anotherVisit(state) : state;
  const given = givenFields(fresh, heard, text, persona, required);
  const known = { ...fresh.known, ...given };
  if (changesField(asked, heard) && heard.mentioned) delete known[heard.mentioned];
  const isNew = (field: Field) => given[field] != null && given[field] !== fresh.known[field];
  const news = fields.filter(isNew);
  const understood = isUnderstood(asked, heard, given);
  const misses = understood ? 0 : state.misses + 1;
  if (misses >= patience && isField(asked) && !required.has(asked)) known[asked] ??= null;
  const confirms = asked === 'confirmation' && heard.yes && news.length === 0;
  const revokes = heard.no || heard.asksToWait || news.length > 0;
  return {
    ...fresh,
    known,
    ...(heard.practitioner && !fresh.recorded ? { practitioner: heard.practitioner } : {}),
    wishes: fresh.wishes || heard.wishes || news.includes('day') || news.includes('time'),
    confirmed: confirms || (fresh.confirmed && !revokes),
    misses,
    news: [...new Set([...fresh.news, ...news])],
    last: 'caller',
    heard,
    heardText: text,
  };
}

function anotherVisit(state: DialogueState): DialogueState {
  const { name, phone, email } = state.known;
  const known: DialogueState['known'] = {};
  if (name !== undefined) known.name = name;
  if (phone !== undefined) known.phone = phone;
  if (email !== undefined) known.email = email;
  const { practitioner: _, ...rest } = state;
  return { ...rest, known, recorded: false, confirmed: false, vague: false };
}

function givenFields(
  state: DialogueState,
  heard: Utterance,
  text: string,
  persona: PersonaHints,
  required: ReadonlySet<Field>,
): DialogueState['known'] {
  if (state.recorded) return {};
  const given: DialogueState['known'] = { ...heard.facts };
  const asked = state.expecting;
  if (asked === 'day' && heard.yes && state.offeredDay) given.day ??= state.offeredDay;
  if (asked === 'phone' && heard.samePhone) {
    if (persona.callerPhone) given.phone = persona.callerPhone;
    else if (!required.has('phone')) given.phone = null;
  }
  if (!isField(asked) || given[asked] || state.known[asked] !== undefined) return given;
  if (heard.declines || (asked === 'notes' && heard.enough)) {
    if (!required.has(asked)) given[asked] = null;
  } else if (asked === 'notes' && isNote(heard, text)) {
    given.notes = text.trim();
  }
  return given;
}

function isNote(heard: Utterance, text: string): boolean {
  const noise =
    heard.present || heard.asksRepeat || heard.asksToWait || heard.corrects || heard.asks;
  return text.trim() !== '' && !noise;
}

function changesField(asked: Topic | undefined, heard: Utterance): boolean {
  return asked === 'confirmation' && !heard.yes && !heard.asks;
}

function isUnderstood(
  asked: Topic | undefined,
  heard: Utterance,
  given: DialogueState['known'],
): boolean {
  if (Object.keys(given).length > 0) return true;
  if (
    heard.asksRepeat ||
    heard.asksToWait ||
    heard.present ||
    heard.asks ||
    heard.farewell ||
    heard.enough
  )
    return true;
  if (asked === 'confirmation' || asked === 'anything-else')
    return (
      heard.yes || heard.no || heard.wishes || heard.thanksOnly || heard.mentioned !== undefined
    );
  return !isField(asked) && (heard.wishes || heard.yes || heard.no);
}

const isField = (topic: Topic | undefined): topic is Field =>
  topic !== undefined && (fields as readonly string[]).includes(topic);

function afterTool(
  state: DialogueState,
  callId: string,
  output: string,
  today: string,
): DialogueState {
  const name = state.calls.get(callId);
  const calls = new Map(state.calls);
  calls.delete(callId);
  const result = readToolOutput(output);
  const { toolMessage: _, refusal: __, ...rest } = state;
  const next: DialogueState = {
    ...rest,
    calls,
    last: 'tool',
    ...(result.message ? { toolMessage: result.message } : {}),
  };
  if (name === endTool) return { ...next, recorded: true, toolMessage: '' };
  if (name !== recordTool) return next;
  if (!result.refused) return { ...next, recorded: true, expecting: 'anything-else' };
  const known = { ...state.known };
  if (result.field) delete known[result.field];
  const vague = result.field === 'service';
  const refusal: Refusal = {
    ...(result.message ? { message: result.message } : {}),
    ...(result.field ? { field: result.field } : {}),
  };
  const { practitioner: ___, ...open } = next;
  const proposal = /próximo dia é ([^.]*)/.exec(result.message ?? '')?.[1];
  const offeredDay = proposal ? findDay(proposal, today) : undefined;
  return {
    ...(vague ? open : next),
    vague,
    known,
    refusal,
    ...(offeredDay ? { offeredDay } : {}),
    confirmed: false,
    expecting: result.field ?? 'confirmation',
  };
}

/**
 * After a reconnection a tool's outcome comes back as a written note that names the tool. It is news only when the caller
 * had just confirmed; otherwise the conversation that came before the note has already dealt with it.
 */
function afterNote(state: DialogueState, text: string, today: string): DialogueState {
  const line = text.split('\n').findLast((one) => one.includes(recordTool));
  if (line === undefined) return state;
  const callId = 'note';
  const told = { ...state, calls: new Map(state.calls).set(callId, recordTool) };
  const after = afterTool(told, callId, /\{.*\}/.exec(line)?.[0] ?? '', today);
  if (after.recorded) return state.recorded ? state : after;
  return state.confirmed ? after : state;
}
