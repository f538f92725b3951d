import type { EmergencySetting } from './clinic-emergency.ts';
import type { EmergencyKind } from './emergency-pattern.ts';
import { type Emergency, emergenciesIn } from './emergency-reading.ts';
import type { Channel } from './tool.ts';

/** Stands between one conversation and harm, whatever the model says. */
export interface EmergencyWatch {
  /**
   * The caller's words are known in full: a final transcript, or a message. `sentence` is said or sent at once, word for
   * word, over anything else; the moment is for the record and for whoever is alarmed. Undefined: no danger, or one that
   * was answered less than {@link quietMs} ago.
   */
  callerSaid(text: string, atMs: number): (Emergency & { sentence: string }) | undefined;
  /** The caller heard the sentence to its end, or it was sent. What they say next is their answer. */
  sentenceHeard(): void;
  /** False while a danger is open: nothing is booked, moved or cancelled until the caller has answered. */
  mayBook(): boolean;
  /** Every danger that was noticed, in order, also those that got no sentence of their own. For the call record. */
  events(): readonly EmergencyEvent[];
  /** What a watch of the same conversation goes on from after a pause. Plain JSON. */
  memento(): EmergencyMemento;
}

export interface EmergencyMemento {
  events: EmergencyEvent[];
  firedAtMs: [EmergencyKind, number][];
  open: 'no' | 'unheard' | 'awaiting-answer';
}

export interface EmergencyEvent {
  atMs: number;
  kind: EmergencyKind;
}

/** Nobody is told the same twice within this time: who is being asked for details repeats the words. */
const quietMs = 60_000;
/** Events kept of one conversation; more tell staff nothing new. */
const mostEvents = 100;

export function createEmergencyWatch({
  clinic,
  channel,
  earlier,
}: {
  clinic: { emergency: EmergencySetting };
  channel: Channel;
  earlier?: EmergencyMemento | undefined;
}): EmergencyWatch {
  const events: EmergencyEvent[] = [...(earlier?.events ?? [])];
  const firedAtMs = new Map<EmergencyKind, number>(earlier?.firedAtMs);
  let open: EmergencyMemento['open'] = earlier?.open ?? 'no';

  return {
    callerSaid(text, atMs) {
      const dangers = emergenciesIn(text, clinic);
      if (dangers.length === 0) {
        if (open === 'awaiting-answer' && isAnswer(text)) open = 'no';
        return undefined;
      }
      for (const { kind } of dangers) if (events.length < mostEvents) events.push({ atMs, kind });
      if (open === 'no') open = 'awaiting-answer';
      const due = dangers.find(({ kind }) => isDue(firedAtMs.get(kind), atMs));
      if (!due) return undefined;
      // What is said in the same breath is answered by the same sentence.
      for (const { kind } of dangers) firedAtMs.set(kind, atMs);
      open = 'unheard';
      return { ...due, sentence: emergencySentence(due.kind, channel) };
    },
    sentenceHeard() {
      if (open === 'unheard') open = 'awaiting-answer';
    },
    mayBook: () => open === 'no',
    events: () => [...events],
    memento: () => ({ events: [...events], firedAtMs: [...firedAtMs], open }),
  };
}

function isDue(firedAtMs: number | undefined, atMs: number): boolean {
  return firedAtMs === undefined || atMs - firedAtMs >= quietMs;
}

/** Any word at all; a cough or a hum is none. */
function isAnswer(text: string): boolean {
  return /\p{L}{2,}|\d/u.test(text.replace(/\b(?:h+u+m+|a+h+|e+h+|h+m+)\b/giu, ' '));
}

/** What a booking tool answers the model while {@link EmergencyWatch.mayBook} says no. */
export const emergencyOpenRefusal = {
  code: 'emergency-open',
  message:
    'Antes de marcar: você já conseguiu ligar para o SAMU, um, nove, dois, ou está em segurança?',
} as const;

/** At most 12 seconds when spoken, 192 digit by digit; on other channels the numbers are written in digits. */
export function emergencySentence(kind: EmergencyKind, channel: Channel): string {
  const sentence = sentences[kind];
  if (channel === 'voice') return sentence;
  return sentence.replace('um, nove, dois', '192').replace('um, oito, oito', '188');
}

const callNow =
  'Ligue agora para o SAMU, um, nove, dois, ou vá já ao pronto-socorro mais próximo. Você consegue fazer isso?';
const callForThem =
  'Ligue agora para o SAMU, um, nove, dois: eles orientam por telefone. Você consegue fazer isso?';

/** No diagnosis and no advice but whom to call; each ends in a question, so that the caller's answer can be awaited. */
const sentences: Record<EmergencyKind, string> = {
  infant: `Isso é urgente para uma criança. ${callForThem}`,
  pregnancy: `Na gravidez, isso pode ser urgente. Vá agora à maternidade ou ligue para o SAMU, um, nove, dois. Você consegue fazer isso?`,
  poisoning: `Isso pode ser muito grave. ${callForThem}`,
  allergy: `Uma reação assim pode ser grave. ${callNow}`,
  choking: `Isso é urgente. ${callForThem}`,
  stroke: `Isso pode ser grave, e cada minuto conta. ${callForThem}`,
  heart: `Dor no peito pode ser grave. ${callNow}`,
  seizure: `Isso pode ser grave. Não deixe a pessoa sozinha. ${callForThem}`,
  unconscious: `Isso pode ser grave. Não deixe a pessoa sozinha. ${callForThem}`,
  bleeding: `Isso pode ser grave. ${callNow}`,
  breathing: `Falta de ar pode ser grave. ${callNow}`,
  injury: `Isso pode ser grave. ${callNow}`,
  suicide:
    'Sinto muito. Você não está só. Ligue agora para o CVV, um, oito, oito, a qualquer hora; em perigo, para o SAMU, um, nove, dois. Você pode ligar agora?',
  other: `Isso parece uma emergência. ${callNow}`,
};
