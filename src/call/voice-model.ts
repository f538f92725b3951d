import type { ModelUsage } from './call-record.ts';

/** What a call needs of a speech-to-speech model. `openai/realtime-session` fits it; tests use ten lines. */
export interface VoiceModel {
  /** Base64 μ-law, as the carrier sent it. Before the model is ready, a bounded pre-buffer keeps the first words. */
  appendAudio(payload: string): void;
  requestReply(options: { tag: string; instructions?: string; toolChoice?: 'none' }): void;
  cancelReply(responseId?: string): void;
  truncate(itemId: string, contentIndex: number, audioEndMs: number): void;
  addToolOutput(callId: string, output: string): void;
  addText(role: 'user' | 'assistant' | 'system', text: string): void;
  deleteItem(itemId: string): void;
  close(): void;
}

/** What the model tells a call. `onClosed` comes exactly once and last. */
export interface VoiceModelListener {
  onReady(): void;
  onSpeechStarted(event: { audioStartMs: number; itemId: string }): void;
  onSpeechStopped(event: { audioEndMs: number; itemId: string }): void;
  onCallerItem(event: { itemId: string }): void;
  onCallerTranscript(event: {
    itemId: string;
    text: string;
    status: 'partial' | 'final' | 'failed';
  }): void;
  onReplyCreated(event: { responseId: string; requestTag?: string }): void;
  onReplyItem(event: { responseId: string; itemId: string }): void;
  onAudio(event: {
    responseId: string;
    itemId: string;
    contentIndex: number;
    payload: string;
  }): void;
  onReplyText(event: {
    responseId: string;
    itemId: string;
    contentIndex: number;
    delta: string;
  }): void;
  onToolCall(event: {
    responseId: string;
    callId: string;
    name: string;
    argumentsJson: string;
  }): void;
  onReplyDone(event: {
    responseId: string;
    status: 'completed' | 'cancelled' | 'failed' | 'incomplete';
    reason?: string;
    errorCode?: string;
    usage?: ModelUsage;
    requestTag?: string;
  }): void;
  onReplyRefused(event: { code: string; requestTag?: string }): void;
  onError(event: { code: string; eventType?: string }): void;
  onClosed(event: { fatal: boolean; code: string }): void;
}

export type OpenVoiceModel = (listener: VoiceModelListener) => VoiceModel;
