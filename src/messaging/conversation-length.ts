import type { Conversation, ConversationLine } from './conversation-record.ts';

/** Lines and characters kept of one conversation; the oldest are forgotten first. */
const mostLines = 400;
const mostCharacters = 200_000;

/** Within its limits, whatever was written. What is forgotten ends before a message of the sender. */
export function bounded(conversation: Conversation): Conversation {
  const { lines } = conversation;
  let from = Math.max(0, lines.length - mostLines);
  let characters = lines.slice(from).reduce((sum, line) => sum + lengthOf(line), 0);
  while (characters > mostCharacters && from < lines.length - 1) {
    characters -= lengthOf(lines[from]);
    from += 1;
  }
  if (from === 0) return conversation;
  while (from < lines.length - 1 && lines[from]?.who !== 'sender') from += 1;
  return { ...conversation, lines: lines.slice(from) };
}

function lengthOf(line: ConversationLine | undefined): number {
  if (line === undefined) return 0;
  if (line.who === 'tool-call') return line.arguments.length;
  return line.who === 'tool-output' ? line.output.length : line.text.length;
}
