import type { EndReason } from './call-record.ts';
import type { PromptName } from './spoken-prompts.ts';

/** What differs between clinics in taking turns. Durations in ms. */
export interface TurnRules {
  silenceLadderMs: readonly [number, number, number];
  maxCallMs: number;
  maxReplyMs: number;
  onFalseInterruption: 'resume' | 'drop';
  minSpeechMs: number;
  backchannels: readonly string[];
  /** How long the model waits in silence before it says that the caller stopped (part of the silence they hear). */
  endpointingMs: number;
}

/** A reply that should be asked of the model as soon as nobody else has the floor. */
export interface Want {
  why:
    | 'greeting'
    | 'tool-output'
    | 'nudge'
    | 'retry'
    | 'continue'
    | 'farewell'
    | 'entry'
    | 'restored'
    | 'handed-back'
    | 'correction';
  instructions?: string;
  /** Said instead when the model stays silent. */
  fallback?: PromptName;
}

/** A prompt that is said word for word, whatever the model does. */
export interface Sentence {
  prompt: PromptName;
  /** A caller who speaks does not cut it off; how much of it was heard is told. */
  isProtected: boolean;
  /** It answers what the caller said and ends in a question: the model's own reply is not wanted. */
  givesFloor: boolean;
}

/** The one reply at the model: asked for, or being spoken. */
export interface Reply {
  why: Want['why'] | 'caller';
  askedAtMs: number;
  /** Absent until the model says that it exists. */
  responseId?: string;
  instructions?: string;
  fallback?: PromptName;
  /** Agent audio received: first and latest moment. */
  firstAudioAtMs?: number;
  lastAudioAtMs?: number;
  /** Its audio must not reach the caller; kept until the model says that it is over. */
  discardedAtMs?: number;
}

/** The caller made a sound over the agent; whether it was speech is not known yet. */
export interface Interruption {
  startedAtMs: number;
  stoppedAtMs?: number;
  speechMs?: number;
  callerItemId: string;
  /** The reply it stopped was not complete: its rest must be asked for after a resume. */
  cutShort: boolean;
  /** The model has begun, or already made, its reply to the sound. */
  answered?: true;
}

export interface Closing {
  reason: EndReason;
  startedAtMs: number;
  /** The farewell is under way: asked of the model or given to the carrier. */
  farewellAtMs?: number;
  /** The farewell was played by a prompt; nothing more is expected of the model. */
  byPrompt: boolean;
}

/** A person of the clinic speaks in the agent's place. */
export interface Held {
  sinceMs: number;
  /** Their microphone is not there: not yet, or not any more. */
  awaySinceMs: number | undefined;
  /** The model gave up meanwhile: nobody is left to give the caller back to. */
  modelGone?: 'model-unreachable' | 'model-refused';
}

/** How a person left the floor: by their own will, because they disappeared, or with the call. */
export type HeldEnd = 'gave-back' | 'lost' | 'ended';

/** Who has the floor. Times are ms on our monotonic clock. */
export interface Turn {
  phase: 'warming' | 'talking' | 'closing' | 'over';
  startedAtMs: number;
  callerSpeaking: boolean;
  /** The caller said something that the agent has not begun to answer. */
  owesAnswer: boolean;
  reply: Reply | undefined;
  wants: readonly Want[];
  toolsRunning: number;
  interruption: Interruption | undefined;
  /** After a false interruption: the reply the model made of the noise is to be dropped until then. */
  dropRepliesUntilMs: number;
  /** Until then, words recognised late may show that a sound taken for noise was speech. */
  noiseUntilMs: number;
  /** Since when neither side is heard. */
  quietSinceMs: number;
  /** Last sign of life of the model while it is the agent's turn. */
  agentTurnSinceMs: number | undefined;
  announcedAtMs: number | undefined;
  /** Nothing is asked of the model before then: it is expected to answer by itself, or has just refused. */
  askNotBeforeMs: number;
  /** Since when the reply that is being heard is heard; it stays while the rest of it is played. */
  speakingSinceMs: number | undefined;
  /** Replies in a row that called tools and said nothing. */
  silentToolReplies: number;
  ladderStep: 0 | 1 | 2 | 3;
  failures: number;
  modelLost: boolean;
  closing: Closing | undefined;
  /** The protected sentence that is being heard: replies of the model wait for its end. */
  sentence: PromptName | undefined;
  /** Said one after the other as soon as nobody speaks. */
  dueSentences: readonly Sentence[];
  /** While it is there the agent says nothing at all, by the model or by a prompt. */
  held: Held | undefined;
}

/** A goodbye that somebody other than the agent wants: by the model, or by a prompt when it stays silent. */
export interface Farewell {
  reason: EndReason;
  fallback: PromptName;
  instructions?: string;
}

export type TurnEvent =
  | { type: 'stream-started' }
  | { type: 'caller-speech-started'; itemId: string }
  | { type: 'caller-speech-stopped'; speechMs: number }
  | { type: 'caller-words'; text: string; final: boolean }
  | { type: 'entry-typed' }
  /** The agent said something untrue: the truth is said next, word for word. */
  | { type: 'correction-wanted'; text: string }
  | { type: 'sentence-due'; sentence: Sentence; atOnce: boolean }
  | { type: 'reply-created'; responseId: string; asked: boolean }
  | { type: 'reply-refused' }
  | { type: 'reply-audio'; responseId: string }
  | {
      type: 'reply-done';
      responseId: string;
      status: 'completed' | 'cancelled' | 'failed' | 'incomplete';
      calledTool: boolean;
      hadAudio: boolean;
    }
  | { type: 'tool-started' }
  /** `transfers`: the caller is put through to somebody once that was said. */
  | { type: 'tool-finished'; endsCall: boolean; transfers?: boolean }
  | { type: 'model-lost' }
  | { type: 'model-gave-up'; fatal: boolean }
  | { type: 'model-restored' }
  | ({ type: 'end-wanted' } & Farewell)
  /** A person speaks in the agent's place from now on; their microphone is still to come. */
  | { type: 'person-takes' }
  | { type: 'person-away' }
  | { type: 'person-back' }
  /** The agent has the caller again. */
  | { type: 'person-leaves' }
  | { type: 'tick' };

/** Facts that come with every event: the moment, and what the playback ledger says of it. */
export interface Moment {
  nowMs: number;
  /** Agent audio is being heard (or queued). */
  playing: boolean;
  /** All of it was heard, beyond doubt or after a bounded wait. */
  heardOut: boolean;
}

export type TurnCommand =
  /** Stop the agent at once, remember what was not heard, cut the model's memory. */
  | { type: 'silence-agent' }
  | { type: 'resume-agent' }
  | { type: 'forget-unheard' }
  | { type: 'ask-reply'; instructions?: string; toolChoice?: 'none' }
  | { type: 'cancel-reply'; responseId?: string }
  | { type: 'release-held-reply' }
  | { type: 'drop-held-reply' }
  | { type: 'delete-caller-item'; itemId: string }
  /** The model was made to forget these words of the caller; tell it again. */
  | { type: 'restate-caller'; text: string }
  /** Something the model is to know, and nobody hears. */
  | { type: 'tell-model'; text: string }
  | { type: 'person-left'; how: HeldEnd }
  | { type: 'play-prompt'; prompt: PromptName }
  /** A protected sentence was heard to its end, or gave way to a more urgent one. */
  | { type: 'sentence-told'; prompt: PromptName; wholeHeard: boolean }
  | { type: 'hang-up'; reason: EndReason }
  /** Leave the call to the verbs after `</Connect>`: apology and the way out. */
  | { type: 'leave-to-fallback'; reason: EndReason }
  | { type: 'count-barge-in'; outcome: 'cut' | 'resumed' };
