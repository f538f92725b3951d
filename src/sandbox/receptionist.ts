import {
  type DialogueLine,
  type DialogueState,
  endTool,
  parametersOf,
  type ReceptionistTool,
  readConversation,
  recordTool,
} from './dialogue-state.ts';
import { findAnswer, type PersonaHints, readPersona } from './persona-hints.ts';
import { speakDay, speakTime } from './portuguese-slots.ts';
import { asRecord } from './tool-output.ts';
import { argumentNames, type Field, fields, type Topic, type Utterance } from './utterance.ts';

/**
 * The sandbox receptionist: rules, not a model. It is a pure reading of the conversation as it stands, so what was
 * truncated is forgotten, what was seeded as text is remembered, and there is nothing else to restore.
 */

export interface DialogueContext {
  /** The session's instructions. */
  instructions: string;
  /** Those of this one response; a text between « and » is spoken as it stands. */
  replyInstructions?: string;
  tools: readonly ReceptionistTool[];
  /** Epoch ms, for instructions that do not say what day it is. */
  wallMs: number;
}

export interface ReceptionistReply {
  say?: string;
  call?: { name: string; arguments: Record<string, string> };
}

const questions: Record<Topic, string> = {
  service: 'Com qual especialidade, ou qual exame?',
  wish: 'Como posso ajudar?',
  name: 'Qual é o seu nome completo?',
  day: 'Para que dia você gostaria?',
  time: 'Qual horário fica melhor?',
  phone: 'Qual é o telefone para contato, com o DDD?',
  email: 'Qual é o seu e-mail?',
  notes: 'Tem alguma observação para o atendimento?',
  confirmation: 'Posso confirmar?',
  'anything-else': 'Posso ajudar em mais alguma coisa?',
};

/** What to say and which tool to call now. Both may be absent: then there is nothing to add. */
export function answer(
  lines: readonly DialogueLine[],
  context: DialogueContext,
): ReceptionistReply {
  const verbatim = /«([^»]+)»/.exec(context.replyInstructions ?? '')?.[1]?.trim();
  if (verbatim) return { say: verbatim };
  const persona = readPersona(context.instructions, context.wallMs);
  const state = readConversation(lines, persona, context.tools);
  return reply(state, context, persona);
}

function reply(
  state: DialogueState,
  context: DialogueContext,
  persona: PersonaHints,
): ReceptionistReply {
  if (state.last === undefined) return { say: greeting(persona) };
  if (state.last === 'tool') return afterToolReply(state);
  if ([...state.calls.values()].includes(recordTool))
    return { say: 'Só mais um instante, estou registrando.' };
  const heard = state.heard;
  if (state.last === 'agent' || !heard) return { say: nextQuestion(state) };
  if (isLeaving(state, heard)) return goodbye(context, persona);
  if (heard.asksToWait) return { say: 'Claro, eu espero.' };
  if (heard.asksRepeat) return { say: nextQuestion(state) };
  if (heard.asks && state.news.length === 0) return { say: information(state, context) };
  if (state.recorded) return { say: afterRecorded(heard, state) };
  return nextStep(state, heard, context);
}

function greeting(persona: PersonaHints): string {
  const who = persona.agent ? `Aqui é ${persona.agent}` : 'Aqui é da recepção';
  const where = persona.clinic ? `, da ${persona.clinic}` : '';
  return `Olá! ${persona.agent || !persona.clinic ? `${who}${where}` : `Aqui é da ${persona.clinic}`}. ${questions.wish}`;
}

function isLeaving(state: DialogueState, heard: Utterance): boolean {
  if (heard.farewell && state.news.length === 0) return true;
  const asked = state.expecting === 'anything-else';
  return asked && (heard.no || heard.thanksOnly || heard.enough) && !heard.wishes;
}

function goodbye(context: DialogueContext, persona: PersonaHints): ReceptionistReply {
  const where = persona.clinic ? ` para a ${persona.clinic}` : '';
  return {
    say: `Agradeço a ligação${where}. Até logo!`,
    ...(has(context, endTool) ? { call: { name: endTool, arguments: {} } } : {}),
  };
}

const has = (context: DialogueContext, name: string) =>
  context.tools.some((tool) => tool.name === name);

function afterToolReply(state: DialogueState): ReceptionistReply {
  if (state.toolMessage === '') return {};
  if (state.refusal) {
    const message = state.refusal.message ?? 'Não consegui registrar agora.';
    const question = state.refusal.field
      ? questions[state.refusal.field]
      : 'Posso confirmar de novo?';
    return { say: message.includes('?') ? message : `${message} ${question}` };
  }
  const message = state.toolMessage ?? (state.recorded ? 'Pronto, está registrado.' : 'Certo.');
  return { say: message.includes('?') ? message : `${message} ${nextQuestion(state)}` };
}

function information(state: DialogueState, context: DialogueContext): string {
  const found = findAnswer(state.heardText, context.instructions);
  return `${found ?? 'Essa informação eu não tenho aqui, mas a recepção confirma para você.'} ${nextQuestion(state)}`;
}

function afterRecorded(heard: Utterance, state: DialogueState): string {
  if (heard.yes) return 'Claro. O que você precisa?';
  if (Object.keys(heard.facts).length > 0 || heard.corrects)
    return `Seu horário já está registrado. Para mudar, a recepção ajuda você. ${questions['anything-else']}`;
  return `${state.misses > 0 ? 'Desculpe, não entendi. ' : ''}${questions['anything-else']}`;
}

function nextStep(
  state: DialogueState,
  heard: Utterance,
  context: DialogueContext,
): ReceptionistReply {
  const opening = opener(state, heard);
  const missing = missingField(state);
  if (!missing && state.confirmed) return record(state, context);
  if (missing || state.expecting !== 'confirmation') {
    return { say: `${opening}${nextQuestion(state)}` };
  }
  if (heard.no && state.news.length === 0) return { say: 'Sem problema. O que eu devo mudar?' };
  return { say: `${opening}${questions.confirmation}` };
}

/** A short acknowledgement of what is new, or of not having understood. */
function opener(state: DialogueState, heard: Utterance): string {
  if (state.news.length === 0) {
    if (state.misses > 0) return 'Desculpe, não entendi. ';
    return heard.present ? 'Sim, estou ouvindo. ' : 'Certo. ';
  }
  const first = state.news.includes('name') ? (state.known.name ?? '').split(' ')[0] : '';
  const details = state.news
    .filter((field) => isWorthSaying(field, state))
    .map((field) => spoken(field, state.known[field] ?? ''))
    .filter((detail) => detail !== '');
  const greeted = first && details.length === 0 ? `Certo, ${first}. ` : '';
  if (details.length > 0) return `Certo, ${details.join(', ')}. `;
  return greeted || (state.news.includes('service') ? 'Certo. ' : 'Anotado. ');
}

/** A name or a wish is only said back when it is a correction: the summary repeats both. */
function isWorthSaying(field: Field, state: DialogueState): boolean {
  return (field !== 'name' && field !== 'service') || state.expecting === 'confirmation';
}

function spoken(field: Field, value: string): string {
  if (value === '') return '';
  if (field === 'day') return speakDay(value);
  if (field === 'time') return speakTime(value);
  if (field === 'phone') return `telefone de final ${[...value.slice(-4)].join(' ')}`;
  if (field === 'email') return `e-mail ${value}`;
  return field === 'name' || field === 'service' ? value : '';
}

function missingField(state: DialogueState): Field | undefined {
  return fields.find(
    (field) => state.known[field] === undefined && (field !== 'service' || state.vague),
  );
}

/** The question that moves the conversation on from here. */
function nextQuestion(state: DialogueState): string {
  if (state.recorded) return questions['anything-else'];
  if (!state.wishes && state.known.day === undefined && state.known.time === undefined)
    return questions.wish;
  const missing = missingField(state);
  if (missing === 'day' && state.known.time === undefined)
    return 'Para que dia e horário você gostaria?';
  return missing ? questions[missing] : summary(state);
}

function summary(state: DialogueState): string {
  const details = (['day', 'time', 'phone', 'email'] as const)
    .map((field) => spoken(field, state.known[field] ?? ''))
    .filter((detail) => detail !== '');
  const what = `${state.known.service ?? 'atendimento'} para ${state.known.name ?? ''}`;
  return `Então fica assim: ${[what, ...details].join(', ')}. ${questions.confirmation}`;
}

function record(state: DialogueState, context: DialogueContext): ReceptionistReply {
  const tool = context.tools.find((known) => known.name === recordTool);
  if (!tool) {
    return {
      say: `Anotei o seu pedido, e a recepção confirma com você. ${questions['anything-else']}`,
    };
  }
  const accepted = asRecord(parametersOf(tool).properties);
  const values: [string, string | null | undefined][] = [
    ...fields.map((field) => [argumentNames[field], state.known[field]] as [string, string | null]),
    ['practitioner', state.practitioner],
  ];
  const given = values.filter(
    (pair): pair is [string, string] =>
      typeof pair[1] === 'string' && (!accepted || Object.hasOwn(accepted, pair[0])),
  );
  return {
    say: 'Um momento, por favor.',
    call: { name: recordTool, arguments: Object.fromEntries(given) },
  };
}
