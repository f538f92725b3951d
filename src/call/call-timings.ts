import type { VoiceProfile } from '../agent/clinic-profile.ts';
import type { Clock } from '../platform/clock.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallJournal } from './call-journal.ts';
import { speechLengthMs } from './turn-rules.ts';

/** How long callers wait: first word, each reply, each interruption. Goes to the metrics and the call's record. */
export class CallTimings {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #voice: VoiceProfile;
  readonly #journal: () => CallJournal | undefined;
  #streamStartedAtMs: number | undefined;
  #callerStoppedAtMs: number | undefined;
  #speech: { audioStartMs: number; atMs: number } | undefined;

  constructor(parts: {
    clock: Clock;
    metrics: Metrics;
    voice: VoiceProfile;
    journal: () => CallJournal | undefined;
  }) {
    this.#clock = parts.clock;
    this.#metrics = parts.metrics;
    this.#voice = parts.voice;
    this.#journal = parts.journal;
  }

  streamStarted(): void {
    this.#streamStartedAtMs = this.#clock.monotonicMs();
  }

  /** The session is another one: its audio positions mean nothing any more. */
  sessionLost(): void {
    this.#speech = undefined;
  }

  /** Somebody else answered the caller. */
  answeredByOthers(): void {
    this.#callerStoppedAtMs = undefined;
  }

  callerStarted(audioStartMs: number): void {
    this.#speech = { audioStartMs, atMs: this.#clock.monotonicMs() };
  }

  /** @returns how long the caller spoke, ms. */
  callerStopped(audioEndMs: number): number {
    const nowMs = this.#clock.monotonicMs();
    this.#callerStoppedAtMs = nowMs;
    if (!this.#speech) return 0;
    const { audioStartMs, atMs } = this.#speech;
    return speechLengthMs(audioEndMs - audioStartMs, nowMs - atMs, this.#voice);
  }

  /** The agent was silenced since `callerStarted`. */
  silenced(): void {
    if (!this.#speech) return;
    const spentMs = this.#clock.monotonicMs() - this.#speech.atMs;
    this.#metrics.observe('barge_in_seconds', spentMs / 1000);
    this.#journal()?.note((record) => {
      record.latencies.bargeInMs.push(Math.round(spentMs * 100) / 100);
    });
  }

  /** Audio of the model's goes to the caller. */
  agentSpeaks(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#streamStartedAtMs !== undefined) {
      const firstAudioMs = Math.round(nowMs - this.#streamStartedAtMs);
      this.#streamStartedAtMs = undefined;
      this.#metrics.observe('first_audio_seconds', firstAudioMs / 1000);
      this.#journal()?.note((record) => {
        record.latencies.firstAudioMs = firstAudioMs;
      });
    }
    if (this.#callerStoppedAtMs === undefined) return;
    const replyMs = Math.round(nowMs - this.#callerStoppedAtMs);
    this.#callerStoppedAtMs = undefined;
    this.#metrics.observe('reply_seconds', replyMs / 1000);
    this.#journal()?.note((record) => {
      record.latencies.replyMs.push(replyMs);
    });
  }
}
