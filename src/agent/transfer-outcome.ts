import { folded } from './portuguese-words.ts';
import { alternativesText, type TransferAlternative } from './transfer-plan.ts';
import type { TransferDestination } from './transfer-setting.ts';

/** What the telephone or the person called has told of one attempt. */
export type TransferEvent =
  /** Somebody, or something, picked up. */
  | 'answered'
  | 'accepted'
  | 'declined'
  /** Picked up and said or pressed nothing that is an answer. */
  | 'unclear'
  | 'busy'
  | 'no-answer'
  | 'voicemail'
  | 'failed'
  /** The caller hung up while it rang. */
  | 'caller-left';

export interface TransferAttempt {
  destination: Pick<TransferDestination, 'id' | 'name' | 'kind'>;
  /** Times the person called was asked to take the call. */
  staffAsked: number;
  /** Attempts at this destination in this conversation that failed before. */
  failedBefore: number;
}

export type TransferStep =
  /** Warm: the summary, then {@link acceptanceQuestion}, to the person called; the caller does not hear it. */
  | { next: 'brief-staff' }
  | { next: 'ask-staff-again'; say: string }
  /** Caller and person are joined, the agent leaves. */
  | { next: 'bridge' }
  /** The leg is ended, the caller has the agent again and is told why. Whoever they proved to be is to be proved anew. */
  | { next: 'back-to-agent'; say: string; alternatives: TransferAlternative[] }
  | { next: 'hang-up-staff' };

export const acceptanceQuestion = 'Para atender, tecle um. Para recusar, tecle dois.';

/** How long a destination rings, and how long an answer of the person called is awaited (ms): the caller hears ringing. */
export const transferWaits = { ringMs: 25_000, answerMs: 8_000 } as const;

/** The person called is asked so often; a voice mail would be asked for ever. */
const mostStaffAsked = 2;
/** The same destination is rung so often in one conversation. */
export const mostAttempts = 2;

/** Pure: nothing but an acceptance, or the answered telephone of a cold transfer, joins anybody. */
export function afterTransferEvent(attempt: TransferAttempt, event: TransferEvent): TransferStep {
  const { destination, staffAsked } = attempt;
  switch (event) {
    case 'answered':
      return destination.kind === 'cold' ? { next: 'bridge' } : { next: 'brief-staff' };
    case 'accepted':
      return { next: 'bridge' };
    case 'unclear':
      return staffAsked < mostStaffAsked
        ? { next: 'ask-staff-again', say: acceptanceQuestion }
        : backToAgent(attempt, 'no-answer');
    case 'caller-left':
      return { next: 'hang-up-staff' };
    default:
      return backToAgent(attempt, event);
  }
}

type Failure = 'declined' | 'busy' | 'no-answer' | 'voicemail' | 'failed';

function backToAgent({ destination, failedBefore }: TransferAttempt, why: Failure): TransferStep {
  const mayRetry = retriable.has(why) && failedBefore + 1 < mostAttempts;
  const alternatives: TransferAlternative[] = [
    ...(mayRetry ? (['try-again'] as const) : []),
    'message',
    'call-back',
  ];
  const say = `${destination.name}: ${failureTexts[why]} ${alternativesText(alternatives)}`;
  return { next: 'back-to-agent', say, alternatives };
}

/** Who declined is not rung again. */
const retriable: ReadonlySet<Failure> = new Set<Failure>(['busy', 'no-answer', 'failed']);

const failureTexts: Record<Failure, string> = {
  declined: 'não é possível atender agora.',
  busy: 'a linha está ocupada.',
  'no-answer': 'ninguém atendeu.',
  voicemail: 'ninguém atendeu.',
  failed: 'a ligação não completou.',
};

/** What came from the person called: a key, words, and what the carrier makes of the voice. */
export interface StaffReply {
  key?: string;
  words?: string;
  answeredBy?: 'human' | 'machine' | 'unknown';
}

/** Words of an acceptance: a longer text is a greeting, a recording or a conversation beside the telephone. */
const longestAcceptance = 6;

/** A key decides before any word; a recording accepts nothing, whatever it says. */
export function staffReplyEvent({ key, words = '', answeredBy }: StaffReply) {
  if (key === '1') return 'accepted';
  if (key === '2') return 'declined';
  const said = folded(words);
  if (answeredBy === 'machine' || recordedVoice.test(said)) return 'voicemail';
  if (declining.test(said)) return 'declined';
  const isShort = said.split(' ').length <= longestAcceptance;
  return isShort && !words.includes('?') && accepting.test(said) ? 'accepted' : 'unclear';
}

const recordedVoice =
  /\b(?:caixa postal|correio de voz|mensagem de voz|(?:deixe|grave) (?:a |o )?(?:sua |seu )?(?:mensagem|recado)|apos o (?:sinal|bip|tom)|nao (?:pode|posso) atender no momento|fora da area|encontra se desligado|nao (?:esta )?disponivel)\b/;
const declining =
  /^(?:dois|nao|agora nao|recuso)\b|\b(?:nao (?:posso|pode|quero|consigo|da|vou)|estou (?:ocupad[oa]|em (?:atendimento|consulta|reuniao))|(?:liga|ligue|retorno|mais) (?:depois|tarde))\b/;
const accepting =
  /^(?:(?:oi|ah|ta|bom|opa) )*(?:um|sim|aceito|atendo|pode (?:passar|mandar|transferir|colocar|ser|sim)|pode$|passa|manda|coloca|ok|claro|tudo bem|vou atender)\b/;
