import type { SessionEnding } from './model-errors.ts';
import type { FunctionCall, ModelUsageDelta, ReplyStatus } from './realtime-events.ts';

/** What a session tells. Nothing is called before `openRealtimeSession` has returned, nor after `onClosed`. */
export interface RealtimeListener {
  /** The settings were accepted: `session.updated` echoed telephone audio both ways. */
  onReady(): void;
  /** Milliseconds of the audio appended so far, less the prefix padding. */
  onSpeechStarted(e: { audioStartMs: number; itemId: string }): void;
  onSpeechStopped(e: { audioEndMs: number; itemId: string }): void;
  /** The caller's turn became an item of the conversation; calls come in conversation order. */
  onCallerItem(e: { itemId: string }): void;
  /** The text of `partial` is cumulative, that of `failed` is empty. Often later than the reply to it. */
  onCallerTranscript(e: {
    itemId: string;
    text: string;
    status: 'partial' | 'final' | 'failed';
  }): void;
  /** Without `requestTag` it was voice detection that asked for the reply. */
  onReplyCreated(e: { responseId: string; requestTag?: string }): void;
  onReplyItem(e: { responseId: string; itemId: string }): void;
  /** `payload` is base64 μ-law of any length. */
  onAudio(e: { responseId: string; itemId: string; contentIndex: number; payload: string }): void;
  onReplyText(e: { responseId: string; itemId: string; contentIndex: number; delta: string }): void;
  /** Once per `callId`, complete items only; the reply it belongs to may still be under way, or be cancelled later. */
  onToolCall(e: { responseId: string } & FunctionCall): void;
  onReplyDone(e: {
    responseId: string;
    status: ReplyStatus;
    reason?: string;
    errorCode?: string;
    usage?: ModelUsageDelta;
    requestTag?: string;
  }): void;
  /** A `requestReply` was answered by an error: there will be no reply for it. */
  onReplyRefused(e: { code: string; requestTag?: string }): void;
  /** Any other error event; the session goes on. `eventType` names the event of ours that it answers, when known. */
  onError(e: { code: string; eventType?: string }): void;
  /** Exactly once, last. `fatal`: another try would fail the same way. */
  onClosed(e: SessionEnding): void;
}
