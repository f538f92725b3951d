import { bytesPerMs } from '../audio/g711.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallRecording } from './call-recording.ts';
import type { CallTranscript } from './call-transcript.ts';
import type { Carrier } from './carrier.ts';
import { type AgentAudio, Playback } from './playback.ts';
import type { PromptName, SpokenPrompts } from './spoken-prompts.ts';

/** Agent audio is marked at least this often, so that a stalled carrier is noticed. */
const longestPieceBytes = 500 * bytesPerMs;
/** Agent audio that waits for the stream to start or for a verdict: one minute, the cap of a reply. */
const mostWaitingBytes = 60_000 * bytesPerMs;
/** Of somebody who speaks in the agent's place: what piles up behind a slow line is left out, or they would talk past each other. */
const mostPersonBacklogMs = 1_000;
/** Finished replies remembered, so that audio sent late still closes its item. */
const rememberedReplies = 50;

/** What an interruption does to the model's memory. */
export interface ModelMemory {
  truncate(itemId: string, contentIndex: number, audioEndMs: number): void;
  addText(role: 'assistant', text: string): void;
}

/** The agent's side of the audio: towards the carrier, into the ledger, the recording and the transcript. */
export class AgentVoice {
  readonly #playback = new Playback();
  readonly #transcript: CallTranscript;
  readonly #memory: () => ModelMemory | undefined;
  readonly #prompts: SpokenPrompts;
  readonly #metrics: Metrics;
  readonly #recording: CallRecording;
  #carrier: Carrier | undefined;
  #waiting: AgentAudio[] = [];
  #held: AgentAudio[] = [];
  #unheard: AgentAudio[] = [];
  #finishedReplies: string[] = [];
  /** Items that play again after a false interruption, and the words of them that the model still remembers. */
  readonly #resumed = new Map<string, number>();
  readonly #itemsOfReply = new Map<string, Set<string>>();
  /** Items that the model's present session made, so that only those are cut in its memory. */
  readonly #sessionItems = new Set<string>();
  readonly #untold = new Set<string>();
  #promptCount = 0;
  #personItem: string | undefined;

  constructor(parts: {
    transcript: CallTranscript;
    memory: () => ModelMemory | undefined;
    prompts: SpokenPrompts;
    metrics: Metrics;
    recording: CallRecording;
  }) {
    this.#transcript = parts.transcript;
    this.#memory = parts.memory;
    this.#prompts = parts.prompts;
    this.#metrics = parts.metrics;
    this.#recording = parts.recording;
  }

  /** The stream is here: what waited is sent. */
  attach(carrier: Carrier, carrierMs: number): void {
    this.#carrier = carrier;
    for (const audio of this.#waiting.splice(0)) this.#send(audio, carrierMs);
  }

  isPlaying(carrierMs: number): boolean {
    return this.#waiting.length > 0 || this.#playback.isPlaying(carrierMs);
  }

  isHeardOut(carrierMs: number, graceMs: number): boolean {
    return this.#waiting.length === 0 && this.#playback.isHeardOut(carrierMs, graceMs);
  }

  markReturned(name: string, carrierMs: number): void {
    this.#playback.markReturned(name, carrierMs);
  }

  /** Audio of the model's, admitted to be heard. @returns true when it went to the carrier now. */
  say(audio: AgentAudio, payload: string, carrierMs: number): boolean {
    this.#received(audio);
    if (this.#carrier) {
      this.#send(audio, carrierMs, payload);
      return true;
    }
    keepBounded(this.#waiting, audio);
    return false;
  }

  /** Audio that waits for the verdict on what the caller's sound was. */
  hold(audio: AgentAudio): void {
    this.#received(audio);
    keepBounded(this.#held, audio);
  }

  releaseHeld(carrierMs: number): void {
    for (const audio of this.#held.splice(0)) this.#send(audio, carrierMs);
  }

  /** Nobody heard it, so the model must not remember having said it. */
  dropHeld(): void {
    const cut = new Set<string>();
    for (const { itemId, contentIndex } of this.#held.splice(0)) {
      if (!cut.has(itemId)) this.#memory()?.truncate(itemId, contentIndex, 0);
      cut.add(itemId);
    }
  }

  /** The model's session is gone: what was sent of it is still heard, and nothing more will come. */
  sessionLost(): void {
    for (const responseId of [...this.#itemsOfReply.keys()]) this.replyFinished(responseId);
    this.#sessionItems.clear();
    this.#resumed.clear();
  }

  replyFinished(responseId: string): void {
    for (const itemId of this.#itemsOfReply.get(responseId) ?? []) this.#playback.closeItem(itemId);
    this.#itemsOfReply.delete(responseId);
    this.#finishedReplies.push(responseId);
    if (this.#finishedReplies.length > rememberedReplies) this.#finishedReplies.shift();
  }

  playPrompt(name: PromptName, carrierMs: number): void {
    const prompt = this.#prompts[name];
    this.#metrics.count('prompt_played_total', { prompt: name });
    const itemId = `prompt:${this.#promptCount++}`;
    this.#transcript.agentText(itemId, prompt.text, 'prompt');
    this.#transcript.agentReceived(itemId, prompt.ulaw.length / bytesPerMs, 'prompt');
    this.#send(
      { responseId: itemId, itemId, contentIndex: 0, ulaw: prompt.ulaw, unbound: true },
      carrierMs,
    );
    this.#playback.closeItem(itemId);
  }

  /** Somebody of the clinic speaks; `name` is who. A stretch of speech is one item. */
  person(itemId: string, name: string, ulaw: Buffer, carrierMs: number): void {
    if (this.#playback.backlogMs(carrierMs) > mostPersonBacklogMs) return;
    if (this.#personItem !== itemId) {
      this.#personItem = itemId;
      this.#transcript.agentText(itemId, `[${name}, da equipe, falou]`, 'person');
    }
    this.#transcript.agentReceived(itemId, ulaw.length / bytesPerMs, 'person');
    this.#send({ responseId: itemId, itemId, contentIndex: 0, ulaw, unbound: true }, carrierMs);
  }

  personPaused(itemId: string): void {
    this.#playback.closeItem(itemId);
  }

  /** Stops what the caller hears and cuts the model's memory there. */
  silence(carrierMs: number): void {
    const outstanding =
      this.#playback.isPlaying(carrierMs) || !this.#playback.isHeardOut(carrierMs, 0);
    if (outstanding) this.#carrier?.clear();
    this.#waiting = [];
    const cut = this.#playback.cut(carrierMs);
    this.#fileHeard(carrierMs);
    this.tellResumed();
    for (const item of cut.items) {
      if (!item.unbound && this.#sessionItems.has(item.itemId)) {
        this.#memory()?.truncate(item.itemId, item.contentIndex, item.heardMs);
      }
      this.#transcript.agentCut(item.itemId);
    }
    this.#unheard = cut.unheard;
  }

  forgetUnheard(): void {
    this.#unheard = [];
  }

  /** It was not speech: the rest of the sentence plays from where it was heard. */
  resume(carrierMs: number): void {
    for (const audio of this.#unheard.splice(0)) {
      if (!this.#resumed.has(audio.itemId)) {
        this.#resumed.set(audio.itemId, this.#transcript.agentHeardMs(audio.itemId));
      }
      this.#transcript.agentResumed(audio.itemId);
      this.#send({ ...audio, unbound: true }, carrierMs);
    }
  }

  /** The model's memory was cut at the interruption; what was heard after the resume is added as text. */
  tellResumed(): void {
    for (const [itemId, fromMs] of this.#resumed) {
      const words = isOurs(itemId) ? '' : this.#transcript.agentWords(itemId, fromMs);
      if (words) this.#memory()?.addText('assistant', words);
    }
    this.#resumed.clear();
  }

  /** Files what was heard since the last time. @returns the lines that are now complete. */
  keepHeard(carrierMs: number): string[] {
    this.#fileHeard(carrierMs);
    if (this.isPlaying(carrierMs) || this.#unheard.length > 0) return [];
    this.tellResumed();
    const complete = [...this.#untold];
    this.#untold.clear();
    return complete;
  }

  #fileHeard(carrierMs: number): void {
    for (const span of this.#playback.takeHeard(carrierMs)) {
      this.#recording.agent(span.ulaw, Math.round(span.atMs * bytesPerMs));
      this.#transcript.agentHeard(span.itemId, span.atMs, span.ulaw.length / bytesPerMs);
      this.#untold.add(span.itemId);
    }
  }

  #received(audio: AgentAudio): void {
    this.#transcript.agentReceived(audio.itemId, audio.ulaw.length / bytesPerMs);
    this.#sessionItems.add(audio.itemId);
    const items = this.#itemsOfReply.get(audio.responseId);
    if (items) items.add(audio.itemId);
    else this.#itemsOfReply.set(audio.responseId, new Set([audio.itemId]));
  }

  #send(audio: AgentAudio, carrierMs: number, payload?: string): void {
    const carrier = this.#carrier;
    if (!carrier) return;
    const whole = audio.ulaw.length <= longestPieceBytes;
    for (let from = 0; from < audio.ulaw.length; from += longestPieceBytes) {
      const ulaw = whole ? audio.ulaw : audio.ulaw.subarray(from, from + longestPieceBytes);
      const sent = carrier.sendAudio(whole && payload ? payload : ulaw.toString('base64'));
      if (!sent) return;
      carrier.sendMark(this.#playback.send({ ...audio, ulaw }, carrierMs));
    }
    if (this.#finishedReplies.includes(audio.responseId)) this.#playback.closeItem(audio.itemId);
  }
}

/** Not words of the model: it needs no reminder of them. */
const isOurs = (itemId: string) => itemId.startsWith('prompt:') || itemId.startsWith('person:');

function keepBounded(queue: AgentAudio[], audio: AgentAudio): void {
  let bytes = audio.ulaw.length;
  for (const one of queue) bytes += one.ulaw.length;
  if (bytes <= mostWaitingBytes) queue.push(audio);
}
