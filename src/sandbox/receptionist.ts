import { readConversation } from './dialogue-reading.ts';
import type { DialogueLine, DialogueState, ReceptionistTool } from './dialogue-state.ts';
import { contactTool, endTool, listTool, subjectTool, transferTool } from './dialogue-tools.ts';
import { type PersonaHints, readPersona } from './persona-hints.ts';
import { hasTool, type Move, nextMove, type ToolRequest } from './receptionist-moves.ts';
import { questionOf } from './receptionist-questions.ts';
import { collectedReply, withoutCollected } from './receptionist-script.ts';
import { asRecord } from './tool-output.ts';
import type { Topic } from './utterance.ts';

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
}

export interface ReceptionistReply {
  say?: string;
  call?: ToolRequest;
}

/** Tools called without a word from the caller: choosing another time takes a search, a hold, a payment, a review. */
const mostCallsInARow = 6;
/** Tools called in one conversation. The longest of the script takes some twenty. */
const mostCalls = 60;

/** What to say and which tool to call now. Both may be absent: then there is nothing to add. */
export function answer(
  lines: readonly DialogueLine[],
  context: DialogueContext,
): ReceptionistReply {
  const verbatim = /«([^»]+)»/.exec(context.replyInstructions ?? '')?.[1]?.trim();
  if (verbatim) return { say: verbatim };
  const persona = readPersona(context.instructions);
  const state = readConversation(withoutCollected(lines), context.tools);
  const decided =
    collectedReply(lines, context) ??
    withinLimits(reply(state, context.tools, persona), state, context.tools);
  if (!decided.say) return decided;
  if (isHinted(lines)) return { ...decided, say: `${minded} ${decided.say}` };
  const isFirst = persona.isWritten && !lines.some(({ kind }) => kind === 'agent');
  if (!isFirst) return decided;
  return {
    ...decided,
    say: `${greeting(persona).replace(/ Como posso ajudar\?$/, '')} ${decided.say}`,
  };
}

/** It cannot understand what staff tell it meanwhile; but who tells it something must see that the next reply changes. */
const minded = 'Verifiquei com a equipe.';

function isHinted(lines: readonly DialogueLine[]): boolean {
  const spoken = lines.findLastIndex(({ kind }) => kind === 'agent');
  return lines
    .slice(spoken + 1)
    .some((line) => line.kind === 'note' && line.text.startsWith('[equipe] Recado'));
}

function reply(
  state: DialogueState,
  tools: readonly ReceptionistTool[],
  persona: PersonaHints,
): ReceptionistReply {
  if (state.last === undefined) return { say: greeting(persona) };
  if (state.ending === 'ended') return {};
  if (state.ending === 'giving-up') return handOver(state, tools);
  if (state.ending === 'leaving') return goodbye(state, tools, persona);
  if (state.last !== 'tool' && state.calls.pending.size > 0)
    return { say: 'Só mais um instante, por favor.' };
  const move = nextMove(state, tools);
  const { untold } = state;
  if (untold?.ok && isMistake(state, untold.tool)) return hangingUp(untold.message, tools);
  if (untold) return tell(state, untold, move);
  if (state.last === 'caller' && state.heard?.asksToWait) return { say: 'Claro, eu espero.' };
  if ('call' in move) return move;
  return { say: `${opening(state, move.topic)}${move.say}` };
}

/** Whoever was rung by mistake is not kept. */
function isMistake({ contact }: DialogueState, tool: string): boolean {
  return tool === contactTool && contact.answer === 'wrong-person';
}

function greeting({ agent, clinic }: PersonaHints): string {
  const who = agent ? `Aqui é ${agent}` : 'Aqui é da recepção';
  const where = clinic ? `, da ${clinic}` : '';
  return `Olá! ${agent || !clinic ? `${who}${where}` : `Aqui é da ${clinic}`}. Como posso ajudar?`;
}

/** A short acknowledgement, or that it was not understood. */
function opening(state: DialogueState, topic: Topic): string {
  if (state.aside) return `${state.aside} `;
  const { heard } = state;
  if (state.last !== 'caller' || !heard) return '';
  if (state.misses > 0) return 'Desculpe, não entendi. ';
  if (heard.present) return 'Sim, estou ouvindo. ';
  if (heard.asksRepeat) return '';
  if (state.named && state.callerName) return `Certo, ${firstName(state.callerName)}. `;
  if (topic === 'change') return 'Sem problema. ';
  return topic === 'wish' ? 'Claro. ' : 'Certo. ';
}

const firstName = (name: string) => name.split(' ')[0] ?? '';

/** Topics whose question the tool asks better, for it knows what is missing. */
const ownQuestions: readonly Topic[] = [
  'slot',
  'confirmation',
  'confirm-transfer',
  'confirm-stop',
  'contact-cancel',
];

/** After a list that is read. */
const whichOfThem = 'O que você quer marcar?';

/** Reads a tool's answer to the caller, and goes on. What went well and leads to more work goes unsaid. */
function tell(
  state: DialogueState,
  told: NonNullable<DialogueState['untold']>,
  move: Move,
): ReceptionistReply {
  const { tool } = told;
  // The call is about to be put through: nothing is asked any more.
  if (tool === transferTool && told.ok) return { say: told.message };
  const informs =
    tool === 'service_details' ||
    tool === 'clinic_info' ||
    tool === listTool ||
    (tool === 'choose_payment' && state.visit.payment === 'news');
  if ('call' in move && !informs) return move;
  const message =
    told.message || (told.ok ? 'Certo.' : 'Desculpe, tive um problema no sistema agora.');
  if (tool === listTool && told.ok) return { say: `${message}\n${whichOfThem}` };
  if ('call' in move) return { say: withoutQuestion(message), ...move };
  const keeps = ownQuestions.includes(move.topic) || (!told.ok && isAskedByTool(move.topic, told));
  if (keeps && message.includes('?')) return { say: message };
  return { say: `${keeps ? message : withoutQuestion(message)} ${move.say}` };
}

/** After a refusal that names what is to be asked again, or names to choose from. */
function isAskedByTool(
  topic: Topic,
  { field, names, code }: { field?: string; names: readonly string[]; code: string },
) {
  if (topic === field) return true;
  if (topic === 'service') return names.length > 0;
  return topic === 'cash_amount' && code.startsWith('cash-');
}

/** Without its last sentence when that is a question: the receptionist asks its own, and knows what was asked. */
function withoutQuestion(message: string): string {
  const sentences = message.split(/(?<=[.!?])\s+/);
  const last = sentences.at(-1) ?? '';
  return sentences.length > 1 && last.endsWith('?') ? sentences.slice(0, -1).join(' ') : message;
}

function goodbye(
  state: DialogueState,
  tools: readonly ReceptionistTool[],
  { clinic, isOutbound, isWritten }: PersonaHints,
): ReceptionistReply {
  const where = clinic ? ` para a ${clinic}` : '';
  const who = state.callerName ? `, ${firstName(state.callerName)}` : '';
  const called = isWritten ? 'Obrigada pelo contato' : `Obrigada por ligar${where}`;
  const thanks = isOutbound ? 'Obrigada pela atenção' : called;
  const booked =
    state.booked.length > 0 ? ` Esperamos você: ${[...new Set(state.booked)].join('; e ')}.` : '';
  return hangingUp(`${thanks}${who}.${booked} Até logo!`, tools);
}

/** Nothing more can be done here. It says why, once. */
function handOver(state: DialogueState, tools: readonly ReceptionistTool[]): ReceptionistReply {
  const why = state.untold?.message
    ? withoutQuestion(state.untold.message)
    : 'Desculpe, não estou conseguindo ajudar por aqui.';
  return hangingUp(
    `${why} A recepção da clínica pode atender você. Obrigada por ligar. Até logo!`,
    tools,
  );
}

function hangingUp(say: string, tools: readonly ReceptionistTool[]): ReceptionistReply {
  return { say, ...(hasTool(tools, endTool) ? { call: { name: endTool, arguments: {} } } : {}) };
}

/** What a tool that a script does not have is wanted for. */
function subjectOf({ task, facts }: DialogueState, tool: string): string {
  if (task === 'cancelling') return 'cancelar agendamento';
  if (task === 'moving') return 'remarcar agendamento';
  if (task === 'results') return 'resultado de exame';
  return facts.service ? `marcar ${facts.service}` : `marcar consulta ou exame (${tool})`;
}

/** A tool that is not there is not called, and no chain of calls is endless. */
function withinLimits(
  decided: ReceptionistReply,
  state: DialogueState,
  tools: readonly ReceptionistTool[],
): ReceptionistReply {
  const { call, say } = decided;
  if (!call) return decided;
  const tool = tools.find(({ name }) => name === call.name);
  const { all, sinceCaller } = state.calls;
  if (tool && sinceCaller < mostCallsInARow && all < mostCalls) {
    return { ...decided, call: { ...call, arguments: accepted(call.arguments, tool) } };
  }
  const isAsked = state.untold?.tool === subjectTool;
  if (!tool && !isAsked && hasTool(tools, subjectTool) && sinceCaller < mostCallsInARow)
    return { call: { name: subjectTool, arguments: { subject: subjectOf(state, call.name) } } };
  if (all >= mostCalls && call.name === endTool && tool) return decided;
  if (say) return { say };
  const sorry = 'Isso a recepção da clínica resolve com você.';
  if (all >= mostCalls) return hangingUp(`${sorry} Obrigada por ligar. Até logo!`, tools);
  return { say: `${sorry} ${questionOf('anything-else', state)}` };
}

function accepted(
  values: Record<string, unknown>,
  tool: ReceptionistTool,
): Record<string, unknown> {
  const known = asRecord(asRecord(tool.parameters)?.properties);
  const given = Object.entries(values).filter(([name]) => !known || Object.hasOwn(known, name));
  return Object.fromEntries(given);
}
