import { bytesPerMs } from '../audio/g711.ts';
import { createId } from '../platform/id.ts';
import { createCallerEar } from './caller-ear.ts';
import type { UserItem } from './conversation-items.ts';
import type { ProtocolError } from './protocol-error.ts';
import type { SessionSettings } from './session-settings.ts';
import type { VoiceDetector, VoiceEvent } from './voice-activity.ts';
import { fromPcm24k } from './wideband-audio.ts';

/** What the input side of a session needs from the session. */
export interface InputAudioHost {
  send(event: Record<string, unknown>): void;
  fail(error: ProtocolError, eventId?: string): void;
  /** Runs after so many ms, unless the session ends first. */
  later(ms: number, work: () => void): void;
  settings(): SessionSettings['audio']['input'];
  recognise(ulaw: Buffer): string;
  detector?: VoiceDetector;
  transcriptionMs: number;
  /** Puts the item at the end of the conversation; `announce` sends its events. */
  add(item: UserItem): { before: string | null; announce(): void };
  interrupt(): void;
  turnEnded(): void;
}

/** The input audio buffer and the turns detected in it. */
export interface InputAudio {
  append(audioBase64: string): void;
  commit(eventId?: string): void;
  clear(): void;
  /** Takes the session's new settings. */
  configure(): void;
  close(): void;
}

/** A manual commit needs at least so much audio. */
const shortestCommitMs = 100;

export function createInputAudio(host: InputAudioHost): InputAudio {
  const ear = createCallerEar(host.settings().turn_detection, host.detector);
  /** Promised by `speech_started` to the item that the turn will become. */
  let turnItemId: string | undefined;

  function onVoice(event: VoiceEvent): void {
    const detection = host.settings().turn_detection;
    turnItemId ??= `item_${createId()}`;
    const item_id = turnItemId;
    if (event.type === 'start') {
      const audio_start_ms = event.atMs;
      host.send({ type: 'input_audio_buffer.speech_started', audio_start_ms, item_id });
      if (detection?.interrupt_response) host.interrupt();
      return;
    }
    const audio_end_ms = event.atMs;
    host.send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms, item_id });
    commitTurn();
    if (detection?.create_response) host.turnEnded();
  }

  function commitTurn(): void {
    const audio = ear.take();
    const item: UserItem = {
      id: turnItemId ?? `item_${createId()}`,
      kind: 'user',
      text: host.recognise(audio),
      audioMs: Math.floor(audio.length / bytesPerMs),
    };
    turnItemId = undefined;
    const { before, announce } = host.add(item);
    host.send({ type: 'input_audio_buffer.committed', previous_item_id: before, item_id: item.id });
    announce();
    if (host.settings().transcription) host.later(host.transcriptionMs, () => transcribe(item));
  }

  /** Comes after the turn, and often after the answer to it has begun. */
  function transcribe(item: UserItem): void {
    item.transcript = item.text;
    const type = 'conversation.item.input_audio_transcription';
    const at = { item_id: item.id, content_index: 0 };
    if (item.text !== '') host.send({ type: `${type}.delta`, ...at, delta: item.text });
    host.send({
      type: `${type}.completed`,
      ...at,
      transcript: item.text,
      usage: { type: 'duration', seconds: (item.audioMs ?? 0) / 1_000 },
    });
  }

  return {
    append(audioBase64) {
      const bytes = Buffer.from(audioBase64, 'base64');
      const wide = host.settings().format.type === 'audio/pcm';
      for (const event of ear.hear(wide ? fromPcm24k(bytes) : bytes)) onVoice(event);
    },
    commit(eventId) {
      const mayCommit = turnItemId !== undefined || host.settings().turn_detection === null;
      if (mayCommit && ear.bufferedMs >= shortestCommitMs) return commitTurn();
      const message = `Error committing input audio buffer: buffer too small. Expected at least ${shortestCommitMs}ms of audio.`;
      host.fail({ code: 'input_audio_buffer_commit_empty', message }, eventId);
    },
    clear() {
      ear.take();
      host.send({ type: 'input_audio_buffer.cleared' });
    },
    configure: () => ear.configure(host.settings().turn_detection),
    close: () => ear.close(),
  };
}
