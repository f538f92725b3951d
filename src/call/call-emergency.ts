import type { EmergencyWatch } from '../agent/emergency-watch.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallFact } from './call-event.ts';
import type { CallJournal } from './call-journal.ts';
import { emergencyPrompt, type PromptName } from './spoken-prompts.ts';

interface CallEmergencyParts {
  callId: string;
  watch: EmergencyWatch;
  journal: () => CallJournal | undefined;
  metrics: Pick<Metrics, 'count'>;
  log: Log;
  tell: (fact: CallFact, atMs: number) => void;
  /** Has it said at once, over anything else. */
  say: (prompt: PromptName) => void;
  tellModel: (text: string) => void;
  nowMs: () => number;
}

/**
 * Danger in the caller's words, acted upon without the model. The sentence is always the shipped one: it needs no model,
 * no network and no luck, and its every word is known.
 */
export class CallEmergency {
  readonly #parts: CallEmergencyParts;

  constructor(parts: CallEmergencyParts) {
    this.#parts = parts;
  }

  /** @returns whether a sentence answers these words. */
  callerSaid(text: string): boolean {
    const { watch, say, tellModel } = this.#parts;
    const atMs = Math.round(this.#parts.nowMs());
    const known = watch.events().length;
    const danger = watch.callerSaid(text, atMs);
    for (const { kind } of watch.events().slice(known)) this.#raise(kind, atMs);
    if (!danger) return false;
    say(emergencyPrompt(danger.kind));
    tellModel(toldText(danger.sentence));
    return true;
  }

  sentenceTold(prompt: PromptName, wholeHeard: boolean): void {
    if (wholeHeard && prompt.startsWith('emergencia-')) this.#parts.watch.sentenceHeard();
  }

  #raise(kind: string, atMs: number): void {
    const { callId, journal, metrics, log, tell } = this.#parts;
    journal()?.noteSoon((record) => record.emergencies.push({ atMs, kind }));
    metrics.count('emergencies_total', { kind });
    tell({ type: 'emergency', kind }, atMs);
    // Neither words nor kind: what somebody suffers from is not for a log.
    log.warn({ callId }, 'a caller may be in danger');
  }
}

const toldText = (sentence: string) =>
  `[emergência] A pessoa está ouvindo, agora, esta frase da clínica: «${sentence}» Não a repita e não dê conselho médico. Quando ela responder, pergunte se já ligou ou se há alguém com ela, e ofereça deixar um recado urgente para a recepção. Só depois disso, se ela quiser, continue o que estava fazendo.`;
