import type { Conversation, Inbound } from './conversation-record.ts';

/** How long parts of one thought are waited for. */
export interface BurstRules {
  /** Nothing came for so long: the person waits for us. */
  quietMs: number;
  /** Who writes without end is answered after this. */
  mostMs: number;
}

export const burstRules: BurstRules = { quietMs: 1_500, mostMs: 6_000 };

/** A voice note is fetched and heard within this, three tries included, or the rest is answered without it. */
const longestHearingMs = 30_000;

export type TurnDecision =
  | { do: 'nothing' }
  /** More may come, or another server answers. */
  | { do: 'wait'; ms: number }
  /** Taken in without an answer: a person holds the conversation. */
  | { do: 'take-in' }
  | { do: 'answer' };

/** Pure: is it the agent's turn? */
export function decideTurn(
  conversation: Pick<Conversation, 'inbox' | 'turn' | 'heldBy' | 'answerDue' | 'status'>,
  nowMs: number,
  rules: BurstRules = burstRules,
): TurnDecision {
  const { inbox, turn, heldBy, answerDue, status } = conversation;
  if (status === 'closed') return { do: 'nothing' };
  const heardByMs = Math.max(
    ...inbox.flatMap(({ atMs, isComing }) => (isComing ? atMs + longestHearingMs : [])),
  );
  if (!turn && nowMs < heardByMs) return { do: 'wait', ms: heardByMs - nowMs };
  if (heldBy) return inbox.length > 0 ? { do: 'take-in' } : { do: 'nothing' };
  // A reply that was begun before the process died.
  if (turn) return { do: 'answer' };
  if (inbox.length === 0) return answerDue ? { do: 'answer' } : { do: 'nothing' };
  const times = inbox.map(({ atMs }) => atMs);
  const readyMs = Math.min(Math.max(...times) + rules.quietMs, Math.min(...times) + rules.mostMs);
  return nowMs >= readyMs ? { do: 'answer' } : { do: 'wait', ms: readyMs - nowMs };
}

/**
 * Pure: is a later message waited for, whose own look comes when the answer is due? Then nobody need look again for this one.
 * @param id of the message that is looked for
 */
export function isLookedForLater(
  { inbox }: Pick<Conversation, 'inbox'>,
  id: string | undefined,
  rules: BurstRules = burstRules,
): boolean {
  const inOrder = inbox.toSorted((a, b) => a.atMs - b.atMs);
  const [first] = inOrder;
  const last = inOrder.at(-1);
  if (id === undefined || !first || !last || last.id === id) return false;
  if (inbox.some(({ isComing }) => isComing)) return false;
  return last.atMs + rules.quietMs <= first.atMs + rules.mostMs;
}

/** What the messages ask of us, apart from their words. */
export interface InboundReading {
  /** The whole message is a word by which people leave, or come back to, a list. */
  order: 'stop' | 'return' | undefined;
  /** Told before the answer, word for word. */
  acknowledgements: string[];
  /** Nothing is left for the model to answer. */
  isWordless: boolean;
}

const stopWords = new Set(['parar', 'pare', 'sair', 'stop', 'cancelar inscricao', 'descadastrar']);
const returnWords = new Set(['voltar', 'start', 'quero receber']);

/** Pure. Words of leaving count only when they are all there is: “parar o remédio?” is a question. */
export function readInbound(messages: readonly Inbound[]): InboundReading {
  const words = messages.map(({ text }) => plain(text)).filter((one) => one !== '');
  const last = words.at(-1) ?? '';
  return {
    order: stopWords.has(last) ? 'stop' : returnWords.has(last) ? 'return' : undefined,
    acknowledgements: [
      ...(messages.some(({ kind }) => kind === 'image') ? [imageText] : []),
      ...(messages.some(({ kind }) => kind === 'other') ? [fileText] : []),
      ...(messages.some(({ unheard }) => unheard) ? [unheardText] : []),
    ],
    isWordless: words.length === 0,
  };
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z ]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const imageText =
  'Recebi a sua imagem, mas por aqui não consigo abrir nem avaliar imagens. Se for um exame ou pedido médico, traga no dia.';
const fileText = 'Recebi o seu arquivo, mas por aqui só consigo ler texto e ouvir áudios.';
const unheardText = 'Não consegui ouvir o seu áudio. Pode escrever, por favor?';

/** What is written without the model. */
export const ownWords = {
  whatInWords: 'Pode me escrever o que você precisa?',
  notUnderstood: 'Desculpe, não entendi. Pode escrever de outro jeito?',
  goodbye: 'Até logo!',
  stopped:
    'Pronto: não vamos mais procurar você neste número. Se quiser voltar a receber mensagens, escreva VOLTAR. Quando você nos escrever, respondemos normalmente.',
  returned: 'Combinado: você pode voltar a receber as nossas mensagens. Como posso ajudar?',
  trouble: (reception: string | undefined) =>
    `Desculpe, estou com um problema técnico agora. ${
      reception
        ? `Tente de novo em alguns minutos ou ligue para a recepção: ${reception}.`
        : 'Tente de novo em alguns minutos.'
    }`,
  /** After claims that the model cannot be kept from making. */
  unsure: 'Não consegui concluir isso por aqui. A recepção confirma com você.',
};
