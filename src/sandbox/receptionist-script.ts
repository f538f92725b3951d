import type { DialogueLine, ReceptionistTool } from './dialogue-state.ts';
import { subjectTool } from './dialogue-tools.ts';
import { plain } from './portuguese-slots.ts';
import type { ToolRequest } from './receptionist-moves.ts';
import { asRecord } from './tool-output.ts';

/** Service scripts that only collect: the question that is next is put word for word, and what is said to it recorded. */

const recordTool = 'record_answer';
const nextLabel = 'Próxima pergunta (JSON): ';
/** So much of a question must be found in what was said last. Characters. */
const tellingLength = 24;
/** Said when nothing is left to ask. */
const more = 'Posso ajudar em mais alguma coisa?';

/** @returns nothing when no such script is under way */
export function collectedReply(
  lines: readonly DialogueLine[],
  { instructions, tools }: { instructions: string; tools: readonly ReceptionistTool[] },
): { say?: string; call?: ToolRequest } | undefined {
  const next = nextIn(instructions);
  if (!next || !tools.some(({ name }) => name === recordTool)) return undefined;
  const last = lines.at(-1);
  if (last?.kind === 'tool-output') return afterRecord(lines, last);
  if (last?.kind !== 'caller') return undefined;
  if (wantsOther(last.text))
    return { call: { name: subjectTool, arguments: { subject: last.text } } };
  if (!isAsked(lines, next.ask)) return { say: next.ask };
  return { call: { name: recordTool, arguments: { question: next.question, answer: last.text } } };
}

/** It was put, or what was said to it did not fit and was asked for again. */
function isAsked(lines: readonly DialogueLine[], ask: string): boolean {
  const before = lines.slice(0, -1);
  const recent = before.slice(before.findLastIndex(({ kind }) => kind === 'caller') + 1);
  return recent.some(
    (line) =>
      (line.kind === 'tool-output' && asRecord(parsed(line.output))?.ok === false) ||
      (line.kind === 'agent' && line.text.includes(ask.slice(0, tellingLength))),
  );
}

function afterRecord(
  lines: readonly DialogueLine[],
  { callId, output }: Extract<DialogueLine, { kind: 'tool-output' }>,
): { say: string } | undefined {
  const isOurs = lines.some(
    (line) => line.kind === 'tool-call' && line.callId === callId && line.name === recordTool,
  );
  const { message, over } = asRecord(parsed(output)) ?? {};
  if (!isOurs || typeof message !== 'string') return undefined;
  return { say: over === true ? `${message} ${more}` : message };
}

function nextIn(instructions: string): { question: string; ask: string } | undefined {
  const line = instructions.split('\n').find((one) => one.startsWith(nextLabel));
  const { question, ask } = asRecord(parsed(line?.slice(nextLabel.length) ?? '')) ?? {};
  return typeof question === 'string' && typeof ask === 'string' ? { question, ask } : undefined;
}

/** In so many words; a mere mention of an exam may be an answer. */
function wantsOther(text: string): boolean {
  return /\b(?:quero|queria|gostaria|preciso|prefiro|vou)\b.*\b(?:marcar|agendar|remarcar|cancelar|desmarcar|resultado)/.test(
    plain(text),
  );
}

/** What was collected is over and told: to the rest of the conversation it is as if only the name had been said. */
export function withoutCollected(lines: readonly DialogueLine[]): readonly DialogueLine[] {
  const isRecord = (line: DialogueLine) => line.kind === 'tool-call' && line.name === recordTool;
  const first = lines.findIndex(isRecord);
  if (first < 0) return lines;
  const ids = lines.flatMap((line) => (isRecord(line) && 'callId' in line ? line.callId : []));
  const lastOutput = lines.findLastIndex(
    (line) => line.kind === 'tool-output' && ids.includes(line.callId),
  );
  const from = beforeWish(lines, first);
  const told = lines.findIndex(({ kind }, at) => at > lastOutput && kind === 'agent');
  const rest = lines.slice(told < 0 ? lines.length : told + 1);
  return [...lines.slice(0, from), ...lines.slice(from).flatMap(nameIn), ...rest];
}

function nameIn(line: DialogueLine): DialogueLine[] {
  if (line.kind !== 'tool-call' || line.name !== recordTool) return [];
  const { question, answer } = asRecord(parsed(line.arguments ?? '')) ?? {};
  const isName = question === 'nome' && typeof answer === 'string';
  return isName ? [{ kind: 'caller', text: `Meu nome é ${answer}` }] : [];
}

/** Back over the first answer, the question it answers, and the words that asked for the script. */
function beforeWish(lines: readonly DialogueLine[], first: number): number {
  let at = first;
  for (const kind of ['caller', 'agent', 'caller'] as const)
    while (at > 0 && lines[at - 1]?.kind === kind) at -= 1;
  return at;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
