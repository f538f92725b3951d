import type { ConsentSetting } from '../agent/clinic-consent.ts';
import type { EmergencyWatch } from '../agent/emergency-watch.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { CallConsent, type Floor } from './call-consent.ts';
import { CallEmergency } from './call-emergency.ts';
import type { CallFact } from './call-event.ts';
import type { CallJournal } from './call-journal.ts';
import type { TranscriptLine } from './call-record.ts';
import type { CallRecording } from './call-recording.ts';
import type { PromptName } from './spoken-prompts.ts';
import type { TurnEvent } from './turn.ts';

/** What the caller's words do to a call whatever the model makes of them: first danger, then consent. */
export class CallerWords {
  readonly #emergency: CallEmergency;
  readonly #consent: CallConsent;

  constructor(parts: {
    identity: { id: string };
    consent: ConsentSetting;
    emergency: EmergencyWatch;
    recording: CallRecording;
    journal: () => CallJournal | undefined;
    metrics: Pick<Metrics, 'count'>;
    log: Log;
    tell: (fact: CallFact, atMs: number) => void;
    dispatch: (event: TurnEvent) => void;
    tellModel: (text: string) => void;
    nowMs: () => number;
  }) {
    const { dispatch } = parts;
    this.#emergency = new CallEmergency({
      ...parts,
      callId: parts.identity.id,
      watch: parts.emergency,
      say: (prompt) => {
        // Nobody in danger is asked about a recording.
        this.#consent.giveUp();
        const sentence = { prompt, isProtected: true, givesFloor: true };
        dispatch({ type: 'sentence-due', sentence, atOnce: true });
      },
    });
    this.#consent = new CallConsent({
      ...parts,
      setting: parts.consent,
      say: (sentence, atOnce) => dispatch({ type: 'sentence-due', sentence, atOnce }),
    });
  }

  get keepsTranscript(): boolean {
    return this.#consent.keepsTranscript;
  }

  /** All that was recognised of what the caller said, or what they typed. */
  said(text: string): void {
    if (!this.#emergency.callerSaid(text)) this.#consent.callerSaid(text);
  }

  replyDone(isComplete: boolean): void {
    this.#consent.replyDone(isComplete);
  }

  agentHeard(line: TranscriptLine): void {
    this.#consent.agentHeard(line);
  }

  sentenceTold(prompt: PromptName, wholeHeard: boolean): void {
    this.#emergency.sentenceTold(prompt, wholeHeard);
    this.#consent.sentenceTold(prompt, wholeHeard);
  }

  elapse(floor: Floor): void {
    this.#consent.elapse(floor);
  }

  callEnded(): void {
    this.#consent.giveUp();
  }
}
