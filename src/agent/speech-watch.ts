import type { ClinicProfile } from './clinic-profile.ts';
import { type ClosingSummary, closingSummary } from './closing-summary.ts';
import type { ConversationState } from './conversation-state.ts';
import type { EmergencyEvent } from './emergency-watch.ts';
import { type Claim, claimsIn, firstUnkept } from './promise-guard.ts';
import type { ClaimKind } from './promise-words.ts';
import { readBackOf } from './read-back.ts';

/** Holds what the agent says against what was done in this conversation. Works on the conversation's own state. */
export interface SpeechWatch {
  /**
   * The whole text of a reply of the agent is known. What it said was done and was not: `correction` is to be said at
   * once, word for word; `claim` is its kind. Undefined when nothing is wrong, or after
   * {@link mostCorrections}.
   */
  agentSaid(text: string): { correction: string; claim: ClaimKind } | undefined;
  /** A part of a reply is known that goes on: with a read-back in it, the call may end when it has been heard. */
  agentIsSaying(text: string): void;
  /** The caller spoke over the agent: what was on its way may not be heard. */
  agentCutOff(): void;
  /**
   * A line of the agent is over.
   * @param line `text` as heard, `endMs` on the recording
   * @returns the id of the appointment whose read-back is complete with it
   */
  agentHeard(line: {
    text: string;
    wholeHeard: boolean;
    endMs: number;
  }): { readBackOf: string } | undefined;
  closing(): ClosingSummary;
}

export interface PausableSpeechWatch extends SpeechWatch {
  /** What a watch of the same conversation goes on from after a pause. Plain JSON. */
  memento(): SpeechMemento;
  /** Does it claim what was not done? What is written is held back before anybody reads it, however often. */
  isUnkept(text: string): boolean;
}

export interface SpeechMemento {
  brokenPromises: string[];
  corrections: number;
}

interface SpeechWatchOptions {
  state: ConversationState;
  clinic: Pick<ClinicProfile, 'timeZone'>;
  conversationId: string;
  /** Dangers noticed in the caller's words so far. */
  emergencies: () => readonly EmergencyEvent[];
  earlier?: SpeechMemento | undefined;
}

/** After so many corrections in one conversation the model cannot be helped; staff read about it. */
const mostCorrections = 5;
/** Broken promises kept for the summary. */
const mostKept = 20;
/** A read-back may be told in so many lines, one after the other: “Pronto!” and then the rest in two. */
const mostLines = 3;

export function createSpeechWatch({
  state,
  clinic,
  conversationId,
  emergencies,
  earlier,
}: SpeechWatchOptions): PausableSpeechWatch {
  const brokenPromises: string[] = [...(earlier?.brokenPromises ?? [])];
  let corrections = earlier?.corrections ?? 0;
  /** Last lines heard to their end since each booking, by appointment id. */
  const heardSince = new Map<string, string[]>();

  /** A reply is asked about several times, while what was done changes. */
  let read: { text: string; claims: Claim[] } = { text: '', claims: [] };

  function unkeptIn(text: string): Claim | undefined {
    if (read.text !== text) read = { text, claims: claimsIn(text) };
    return firstUnkept(read.claims, state);
  }

  function agentIsSaying(text: string): void {
    for (const [id, appointment] of state.unheardReadBacks) {
      if (isComplete(readBackOf(appointment, text, clinic.timeZone)))
        state.readBacksUnderWay.add(id);
    }
  }

  return {
    agentIsSaying,
    agentCutOff: () => state.readBacksUnderWay.clear(),
    agentSaid(text) {
      agentIsSaying(text);
      const claim = unkeptIn(text);
      if (!claim) return undefined;
      if (brokenPromises.length < mostKept) brokenPromises.push(claim.words);
      if (corrections >= mostCorrections) return undefined;
      corrections += 1;
      return { correction: correctionTexts[claim.kind], claim: claim.kind };
    },
    agentHeard({ text, wholeHeard }) {
      let complete: string | undefined;
      for (const [id, appointment] of state.unheardReadBacks) {
        const lines = [...(heardSince.get(id) ?? []), text].slice(-mostLines);
        // What follows a cut line begins anew: the cut may have fallen anywhere in it.
        heardSince.set(id, wholeHeard ? lines : []);
        const isHeard = isComplete(readBackOf(appointment, lines.join('\n'), clinic.timeZone));
        if (isHeard) complete ??= id;
      }
      if (complete === undefined) return undefined;
      state.unheardReadBacks.delete(complete);
      state.readBacksUnderWay.delete(complete);
      heardSince.delete(complete);
      return { readBackOf: complete };
    },
    closing: () =>
      closingSummary({
        state,
        clinic,
        conversationId,
        brokenPromises,
        emergencies: emergencies(),
      }),
    isUnkept: (text) => unkeptIn(text) !== undefined,
    memento: () => ({ brokenPromises: [...brokenPromises], corrections }),
  };
}

function isComplete({ isReadBack, missing }: ReturnType<typeof readBackOf>): boolean {
  return isReadBack && missing.length === 0;
}

/** Claim nothing themselves. */
const correctionTexts: Record<ClaimKind, string> = {
  booked:
    'Desculpe, me enganei: esse horário ainda não está marcado. Quer que eu continue a marcação?',
  rescheduled:
    'Desculpe, me enganei: ainda não remarquei, e o horário continua o de antes. Quer que eu continue?',
  cancelled:
    'Desculpe, me enganei: ainda não cancelei, e tudo continua como antes. Quer que eu continue?',
  'message-sent':
    'Desculpe, me enganei: ainda não passei isso para a equipe. Quer que eu deixe um recado agora?',
  'calls-stopped':
    'Desculpe, me enganei: este número ainda está na nossa lista de contatos. Quer que eu tire agora?',
};
