import type { ConsentSetting } from '../agent/clinic-consent.ts';
import {
  answerWaitMs,
  type Consent,
  type ConsentCommand,
  type ConsentEvent,
  type ConsentSentence,
  type ConsentStep,
  consentSentences,
  createConsent,
  takeConsent,
} from '../agent/consent.ts';
import { holdsWording } from '../agent/recording-notice.ts';
import type { CallJournal } from './call-journal.ts';
import type { TranscriptLine } from './call-record.ts';
import type { CallRecording } from './call-recording.ts';
import { consentPrompt, type PromptName } from './spoken-prompts.ts';
import type { Sentence } from './turn.ts';

interface CallConsentParts {
  setting: ConsentSetting;
  recording: CallRecording;
  journal: () => CallJournal | undefined;
  say: (sentence: Sentence, atOnce: boolean) => void;
  tellModel: (text: string) => void;
  nowMs: () => number;
}

/** Who has the floor, as far as it matters to whether a wording was heard or a question stays unanswered. */
export interface Floor {
  callerSpeaking: boolean;
  /** The model has not finished what it is saying. */
  replying: boolean;
  /** Since neither side is heard. */
  quietMs: number;
}

/**
 * Carries consent through a call. The greeting tells the wording, by the model; it counts when the model said all of it
 * and all of it was heard. From then on every sentence is a shipped one.
 */
export class CallConsent {
  readonly #parts: CallConsentParts;
  #consent: Consent;
  /** Lines of the greeting that were heard, by item; gone once it was judged. */
  #greeting: Map<string, { text: string; wholeHeard: boolean }> | undefined = new Map();

  /** Words run ahead of their sound: only of replies that came to their end is it known that all words were spoken. */
  #replies: 'none' | 'complete' | 'broken' = 'none';

  constructor(parts: CallConsentParts) {
    this.#parts = parts;
    // The first command, to tell the wording, is the greeting.
    this.#consent = createConsent(parts.setting).consent;
  }

  get keepsTranscript(): boolean {
    return this.#parts.setting.transcript || this.#consent.stage === 'recording';
  }

  /** A line of the agent was heard, as far as it was. */
  agentHeard({ itemId = '', text, source, interrupted, unheardText }: TranscriptLine): void {
    if (source !== 'speech') return;
    this.#greeting?.set(itemId, { text, wholeHeard: !interrupted && !unheardText });
  }

  replyDone(isComplete: boolean): void {
    if (!isComplete) this.#replies = 'broken';
    else if (this.#replies === 'none') this.#replies = 'complete';
  }

  /** Speech, or keys: 1 yes, 2 no. */
  callerSaid(text: string): void {
    this.#take({ type: 'caller-said', text, atMs: this.#nowMs() });
  }

  sentenceTold(prompt: PromptName, wholeHeard: boolean): void {
    if (!prompt.startsWith('gravacao-')) return;
    this.#take({ type: 'told', wholeHeard, atMs: this.#nowMs() });
  }

  elapse({ callerSpeaking, replying, quietMs }: Floor): void {
    if (!replying) this.#judgeGreeting();
    const isWaiting = this.#consent.stage === 'awaiting-answer' && !callerSpeaking;
    if (isWaiting && quietMs >= answerWaitMs) {
      this.#take({ type: 'no-answer', atMs: this.#nowMs() });
    }
  }

  /** Somebody is in danger, or the call is over: what was not allowed by now is not recorded. */
  giveUp(): void {
    this.#take({ type: 'given-up', atMs: this.#nowMs() });
  }

  /** The line may have been cut, or the model may have said something else: then it counts as not heard. */
  #judgeGreeting(): void {
    const lines = [...(this.#greeting?.values() ?? [])];
    if (lines.length === 0) return;
    this.#greeting = undefined;
    const said = lines.map(({ text }) => text).join(' ');
    const isHeard = this.#replies === 'complete' && lines.every(({ wholeHeard }) => wholeHeard);
    const wholeHeard = isHeard && holdsWording(said, this.#parts.setting);
    this.#take({ type: 'told', wholeHeard, atMs: this.#nowMs() });
  }

  #take(event: ConsentEvent): void {
    const step: ConsentStep = takeConsent(this.#consent, event, this.#parts.setting);
    this.#consent = step.consent;
    for (const command of step.commands) this.#obey(command);
  }

  #obey(command: ConsentCommand): void {
    const { recording, journal, setting } = this.#parts;
    switch (command.type) {
      case 'say':
        return this.#say(command.sentence, command.protected);
      case 'start-recording':
        return recording.start(this.#nowMs());
      case 'stop-recording':
        return recording.stop(this.#nowMs(), command.earlier);
      case 'keep-evidence':
        return journal()?.noteSoon((record) => {
          record.consent = { policy: setting.policy, ...command.evidence };
        });
      default:
        return command satisfies never;
    }
  }

  /** A wording that is told again waits until the caller has spoken; an answer is answered at once. */
  #say(sentence: ConsentSentence, isProtected: boolean): void {
    const isWording = sentence === 'notice' || sentence === 'question';
    const givesFloor = sentence !== 'notice';
    const prompt = consentPrompt(sentence);
    this.#parts.say({ prompt, isProtected, givesFloor }, !isWording);
    this.#parts.tellModel(
      `[gravação] A pessoa está ouvindo, agora, esta frase da clínica: «${consentSentences[sentence]}» Não a repita e não fale mais da gravação.`,
    );
  }

  #nowMs(): number {
    return Math.round(this.#parts.nowMs());
  }
}
