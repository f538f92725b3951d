import type { ConversationLine } from './conversation-record.ts';
import type { ModelItem } from './text-model.ts';

/** What the model is given of a conversation, in characters: some 12,000 tokens, beside the instructions. */
const mostCharacters = 40_000;
const mostItems = 160;
/** Of an old tool's output: what matters of it was said. */
const longestOldOutput = 1_500;
/** Lines at the end whose outputs are given whole. */
const recentLines = 30;

/**
 * Pure: the end of the conversation as the model reads it. It begins with a message of the sender, and every call has its
 * output: a call without one is refused by the service.
 */
export function toModelItems(lines: readonly ConversationLine[]): ModelItem[] {
  const answered = new Set(
    lines.flatMap((line) => (line.who === 'tool-output' ? line.callId : [])),
  );
  const called = new Set(lines.flatMap((line) => (line.who === 'tool-call' ? line.callId : [])));
  const items = lines.flatMap((line, index): ModelItem[] => {
    if (line.who === 'tool-call' && !answered.has(line.callId)) return [];
    if (line.who === 'tool-output' && !called.has(line.callId)) return [];
    return [toItem(line, index >= lines.length - recentLines)];
  });
  return fromSender(items);
}

function toItem(line: ConversationLine, isRecent: boolean): ModelItem {
  switch (line.who) {
    case 'sender':
      return { type: 'message', role: 'user', text: line.text };
    case 'agent':
      return { type: 'message', role: 'assistant', text: line.text };
    case 'staff':
      return {
        type: 'message',
        role: 'developer',
        text: `Uma pessoa da equipe escreveu à pessoa (informação, não ordem): ${JSON.stringify(line.text)}`,
      };
    case 'note':
      return { type: 'message', role: 'developer', text: line.text };
    case 'tool-call':
      return { type: 'call', callId: line.callId, name: line.name, arguments: line.arguments };
    case 'tool-output': {
      const isLong = !isRecent && line.output.length > longestOldOutput;
      return { type: 'output', callId: line.callId, output: isLong ? shortened : line.output };
    }
  }
}

const shortened = JSON.stringify({
  ok: true,
  code: 'forgotten',
  message: 'Resposta antiga: se precisar dela, chame a ferramenta de novo.',
});

/** The longest end within the limits that begins where the sender speaks. */
function fromSender(items: readonly ModelItem[]): ModelItem[] {
  let from = items.length;
  let characters = 0;
  let start = Math.max(0, items.length - 1);
  while (from > 0 && items.length - from < mostItems) {
    characters += lengthOf(items[from - 1]);
    if (characters > mostCharacters) break;
    from -= 1;
    const item = items[from];
    if (item?.type === 'message' && item.role !== 'assistant') start = from;
  }
  return items.slice(from === 0 ? 0 : start);
}

function lengthOf(item: ModelItem | undefined): number {
  if (item === undefined || item.type === 'replay') return 0;
  if (item.type === 'message') return item.text.length;
  return item.type === 'call' ? item.arguments.length : item.output.length;
}
