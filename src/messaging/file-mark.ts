import type { Inbound } from './conversation-record.ts';

const marks = {
  image: '[enviou uma imagem, que não se abre por aqui]',
  other: '[enviou um arquivo, que não se abre por aqui]',
  unheard: '[enviou um áudio, que não pôde ser transcrito]',
} as const;

/** Pure: the words of a message, and what came with them that nobody can open here. For whoever holds the conversation. */
export function withFileMark({ text, kind, unheard }: Inbound): string {
  return [text, markOf(kind, unheard)].filter(Boolean).join(' ');
}

function markOf(kind: Inbound['kind'], unheard: boolean): string | undefined {
  if (unheard) return marks.unheard;
  return kind === 'image' || kind === 'other' ? marks[kind] : undefined;
}
