import type { VoiceModel } from './voice-model.ts';

/** Asks the model for replies, each under a tag of its own, so that its answer is known from what it says by itself. */
export class ReplyRequests {
  #count = 0;

  /** Of the reply that was asked for last. */
  get tag(): string {
    return this.#count === 0 ? '' : `r${this.#count}`;
  }

  ask(
    model: Pick<VoiceModel, 'requestReply'> | undefined,
    { instructions, toolChoice }: { instructions?: string; toolChoice?: 'none' },
  ): void {
    this.#count += 1;
    model?.requestReply({
      tag: this.tag,
      ...(instructions ? { instructions } : {}),
      ...(toolChoice ? { toolChoice } : {}),
    });
  }
}
