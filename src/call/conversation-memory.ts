import type { ToolResult } from '../agent/tool.ts';
import type { TranscriptLine } from './call-record.ts';

/** What a new session is told of the conversation: enough to go on, small enough to be read at once. */
const mostLines = 60;
const mostCharacters = 8_000;

export interface MemoryLine {
  role: 'user' | 'assistant' | 'system';
  text: string;
}

/** The conversation as text, in spoken order, newest kept when it is too long; then what the tools have already done. */
export function conversationMemory(
  lines: readonly TranscriptLine[],
  toolNotes: readonly string[],
): MemoryLine[] {
  const memory: MemoryLine[] = [];
  let characters = 0;
  for (const line of lines.slice(-mostLines).toReversed()) {
    characters += line.text.length;
    if (characters > mostCharacters) break;
    memory.unshift({ role: roleOf(line), text: spoken(line) });
  }
  if (toolNotes.length > 0) memory.push({ role: 'system', text: toolNotes.slice(-10).join('\n') });
  return memory;
}

/** A conversation that was over and goes on. */
export interface EarlierMemory {
  lines: readonly TranscriptLine[];
  /** What came of it, told after its lines. */
  notes: readonly string[];
}

/** Tells a new session the conversation so far, before it hears the caller. */
export function restoreConversation(
  model: { addText(role: MemoryLine['role'], text: string): void },
  transcript: { linesWithUnheard(): TranscriptLine[] },
  toolNotes: readonly string[],
  earlier?: EarlierMemory,
): void {
  const before = earlier ? conversationMemory(earlier.lines, earlier.notes) : [];
  const memory = [...before, ...conversationMemory(transcript.linesWithUnheard(), toolNotes)];
  for (const { role, text } of memory) model.addText(role, text);
}

/** What a person of the clinic said is not the agent's own word. */
function roleOf({ speaker, source }: TranscriptLine): MemoryLine['role'] {
  if (source === 'person') return 'system';
  return speaker === 'caller' ? 'user' : 'assistant';
}

function spoken(line: TranscriptLine): string {
  return line.source === 'keypad' ? `[teclado] ${line.text}` : line.text;
}

/** Tells a session that did not make the call what came of it, so that it is not repeated. */
export function toolNote(result: ToolResult): string {
  return `[ferramenta ${result.name} já executada nesta ligação; não repetir. Resultado: ${result.output.slice(0, 1_000)}]`;
}
