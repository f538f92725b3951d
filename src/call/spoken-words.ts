import type { SpeechWatch } from '../agent/speech-watch.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallFact } from './call-event.ts';
import type { CallJournal } from './call-journal.ts';
import type { TranscriptLine } from './call-record.ts';
import type { CallTranscript } from './call-transcript.ts';

/** Replies whose words wait for the end of a tool call; a model makes a few. */
const mostWaiting = 20;
/** Characters of one reply that are looked at: two minutes of speech. */
const longestReply = 4_000;

/** A read-back of an appointment was heard to its end. @param endMs on the recording's clock */
export type KeepReadBack = (appointmentId: string, endMs: number) => void;

export interface SpokenWordsParts {
  watch: SpeechWatch;
  transcript: CallTranscript;
  journal: () => CallJournal | undefined;
  metrics: Pick<Metrics, 'count'>;
  tell: (fact: CallFact, atMs: number) => void;
  keepReadBack: KeepReadBack;
  /** A line of the agent is complete. */
  agentHeard: (line: TranscriptLine) => void;
  /** Has this said by the agent before anything else. */
  correct: (text: string) => void;
  nowMs: () => number;
}

/** The agent's words in a call: told line by line as they are heard, and held against what was really done. */
export class SpokenWords {
  readonly #parts: SpokenWordsParts;
  readonly #growing = new Map<string, string>();
  #waiting: string[] = [];
  #toolsRunning = 0;

  constructor(parts: SpokenWordsParts) {
    this.#parts = parts;
  }

  replyText(responseId: string, delta: string): void {
    const text = (this.#growing.get(responseId) ?? '') + delta;
    if (text.length <= longestReply) this.#growing.set(responseId, text);
  }

  /** A reply that calls a tool and says so in the same breath is judged when the tool has answered. */
  replyDone(responseId: string): void {
    const text = this.#growing.get(responseId);
    this.#growing.delete(responseId);
    if (text && this.#waiting.length < mostWaiting) this.#waiting.push(text);
    this.#judge();
  }

  toolStarted(): void {
    this.#toolsRunning += 1;
    for (const text of this.#growing.values()) this.#parts.watch.agentIsSaying(text);
  }

  toolFinished(): void {
    this.#toolsRunning = Math.max(0, this.#toolsRunning - 1);
    this.#judge();
  }

  /** These lines are complete: nothing more of them is being heard. */
  heard(itemIds: readonly string[]): void {
    if (itemIds.length === 0) return;
    const { transcript, tell, journal } = this.#parts;
    for (const line of transcript.lines()) {
      if (!line.itemId || !itemIds.includes(line.itemId)) continue;
      tell({ type: 'line-spoken', line }, line.startMs);
      if (line.speaker !== 'agent') continue;
      this.#parts.agentHeard(line);
      this.#agentHeard(line);
    }
    journal()?.lineSpoken();
  }

  #agentHeard(line: { text: string; interrupted?: true; unheardText?: string; endMs?: number }) {
    const wholeHeard = !line.interrupted && !line.unheardText;
    const endMs = line.endMs ?? this.#parts.nowMs();
    const found = this.#parts.watch.agentHeard({ text: line.text, wholeHeard, endMs });
    if (!found) return;
    this.#parts.keepReadBack(found.readBackOf, endMs);
    this.#parts.tell({ type: 'read-back-heard', appointmentId: found.readBackOf }, endMs);
  }

  #judge(): void {
    if (this.#toolsRunning > 0) return;
    for (const text of this.#waiting.splice(0)) {
      const broken = this.#parts.watch.agentSaid(text);
      if (!broken) continue;
      const atMs = Math.round(this.#parts.nowMs());
      const { claim } = broken;
      this.#parts.journal()?.noteSoon((record) => record.brokenPromises.push({ atMs, claim }));
      this.#parts.metrics.count('promise_broken_total', { claim });
      this.#parts.tell({ type: 'promise-broken', claim }, atMs);
      this.#parts.correct(broken.correction);
    }
  }
}
