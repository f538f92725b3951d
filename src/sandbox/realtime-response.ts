import { bytesPerMs, ulawSilence } from '../audio/g711.ts';
import { createId } from '../platform/id.ts';
import type { AssistantItem, ConversationItem, SpokenWord } from './conversation-items.ts';
import { toWireItem } from './conversation-items.ts';
import type { ReceptionistReply } from './receptionist.ts';

/** How fast the sandbox model thinks and speaks. */
export interface Pace {
  /** Between a response's creation and its first output. */
  thinkingMs: number;
  /** Times faster than speech at which audio is delivered. */
  speed: number;
  /** Between the end of the caller's turn and its transcript. */
  transcriptionMs: number;
}

export const naturalPace: Pace = { thinkingMs: 250, speed: 6, transcriptionMs: 150 };

/** Bytes of one delta: an odd size on purpose, so that nobody comes to rely on whole telephone frames. */
const deltaBytes = 1_111;
/** Silence between two sentences. */
const sentenceGapMs = 150;
/** Output audio tokens: one for 50 ms. */
const msPerToken = 50;

export type ResponseStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete';
export type ResponseEnd =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'incomplete'; reason: 'max_output_tokens' }
  | { status: 'failed'; code: string };

/** What a response needs from the conversation it belongs to. */
export interface ResponseHost {
  send(event: Record<string, unknown>): void;
  /** Decides, once the thinking is over. */
  decide(): ReceptionistReply;
  speak(sentence: string): Promise<Buffer>;
  /** Audio for the wire, in the session's output format. */
  encode(ulaw: Buffer): string;
  /** @returns the id of the item before it; null when it stands alone. */
  addItem(item: ConversationItem): string | null;
  itemBefore(id: string): string | null;
  nowMs(): number;
  /** The last thing that happens; the event `response.done` has not been sent yet. */
  finish(response: RealtimeResponse, end: ResponseEnd): void;
}

export interface RealtimeResponse {
  readonly id: string;
  readonly output: readonly ConversationItem[];
  /** Milliseconds of speech sent. */
  readonly audioMs: number;
  /** Sends what a real model would still send, then ends. Nothing happens the second time. */
  end(end: ResponseEnd): void;
}

/** Produces the output items of one response, in order, until it is done or ended. */
export function startResponse(
  host: ResponseHost,
  options: { pace: Pace; maxTokens: number | 'inf' },
): RealtimeResponse {
  const { pace } = options;
  const id = `resp_${createId()}`;
  const output: ConversationItem[] = [];
  const mostBytes =
    options.maxTokens === 'inf'
      ? Number.POSITIVE_INFINITY
      : options.maxTokens * msPerToken * bytesPerMs;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  let speech: SpeechInProgress | undefined;

  const response: RealtimeResponse = {
    id,
    output,
    get audioMs() {
      const bytes = output.map((item) => (item.kind === 'assistant' ? item.audioBytes : 0));
      return Math.floor(bytes.reduce((sum, part) => sum + part, 0) / bytesPerMs);
    },
    end(end) {
      if (ended) return;
      // A model is ahead of what is heard: one more delta is already on its way when it is interrupted.
      if (end.status === 'cancelled') speech?.sendDelta();
      ended = true;
      clearTimeout(timer);
      wake?.();
      speech?.close(end.status === 'completed' ? 'completed' : 'incomplete');
      host.finish(response, end);
    },
  };

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, ms);
    });
  }

  async function run(): Promise<void> {
    await pause(pace.thinkingMs);
    if (ended) return;
    const reply = host.decide();
    if (reply.say) await say(reply.say);
    if (ended) return;
    if (reply.call) call(reply.call);
    response.end({ status: 'completed' });
  }

  async function say(text: string): Promise<void> {
    const sentences = toSentences(text);
    // The next sentence is made while this one is delivered.
    const audio = sentences.map((sentence) => host.speak(sentence));
    for (const made of audio) made.catch(() => undefined);
    const first = await audio[0];
    if (ended || !first) return;
    const item = openSpeech();
    for (const [at, sentence] of sentences.entries()) {
      const ulaw = await audio[at];
      if (ended || !ulaw) return;
      item.plan(sentence, ulaw, at > 0);
      await deliver(item);
      if (ended) return;
    }
    item.close('completed');
    speech = undefined;
  }

  /** Sends what is planned, `pace.speed` times faster than it sounds, catching up after a late timer. */
  async function deliver(item: SpeechInProgress): Promise<void> {
    const startedAt = host.nowMs();
    let sent = 0;
    while (!ended) {
      const due = (host.nowMs() - startedAt) * bytesPerMs * pace.speed;
      while (sent <= due) {
        if (item.sentBytes >= mostBytes) {
          response.end({ status: 'incomplete', reason: 'max_output_tokens' });
          return;
        }
        const bytes = item.sendDelta();
        if (bytes === 0) return;
        sent += bytes;
      }
      await pause((sent - due) / (bytesPerMs * pace.speed));
    }
  }

  function openSpeech(): SpeechInProgress {
    const item: AssistantItem = {
      id: `item_${createId()}`,
      kind: 'assistant',
      words: [],
      audioBytes: 0,
      spoken: true,
      status: 'in_progress',
    };
    const index = open(item);
    speech = createSpeech(host, item, { response_id: id, item_id: item.id, output_index: index });
    return speech;
  }

  function open(item: ConversationItem): number {
    const index = output.push(item) - 1;
    const wire = toWireItem(item);
    host.send({
      type: 'response.output_item.added',
      response_id: id,
      output_index: index,
      item: wire,
    });
    const before = host.addItem(item);
    host.send({ type: 'conversation.item.added', previous_item_id: before, item: wire });
    return index;
  }

  function call(wanted: { name: string; arguments: Record<string, unknown> }): void {
    const item: ConversationItem = {
      id: `item_${createId()}`,
      kind: 'call',
      callId: `call_${createId()}`,
      name: wanted.name,
      arguments: '',
      status: 'in_progress',
    };
    const index = open(item);
    const json = JSON.stringify(wanted.arguments);
    const at = { response_id: id, item_id: item.id, output_index: index, call_id: item.callId };
    const half = Math.ceil(json.length / 2);
    for (const delta of [json.slice(0, half), json.slice(half)])
      host.send({ type: 'response.function_call_arguments.delta', ...at, delta });
    item.arguments = json;
    item.status = 'completed';
    host.send({
      type: 'response.function_call_arguments.done',
      ...at,
      name: item.name,
      arguments: json,
    });
    closeItem(host, item, { response_id: id, output_index: index });
  }

  run().catch(() => response.end({ status: 'failed', code: 'server_error' }));
  return response;
}

function closeItem(
  host: ResponseHost,
  item: ConversationItem,
  at: { response_id: string; output_index: number },
): void {
  const { response_id, output_index } = at;
  const wire = toWireItem(item);
  host.send({ type: 'response.output_item.done', response_id, output_index, item: wire });
  host.send({
    type: 'conversation.item.done',
    previous_item_id: host.itemBefore(item.id),
    item: wire,
  });
}

/** One assistant item while it is spoken. */
interface SpeechInProgress {
  readonly sentBytes: number;
  plan(sentence: string, ulaw: Buffer, afterAnother: boolean): void;
  /** @returns bytes sent; 0 when nothing is planned. */
  sendDelta(): number;
  close(status: 'completed' | 'incomplete'): void;
}

function createSpeech(
  host: ResponseHost,
  item: AssistantItem,
  at: { response_id: string; item_id: string; output_index: number },
): SpeechInProgress {
  const place = { ...at, content_index: 0 };
  let planned = Buffer.alloc(0);
  let words: SpokenWord[] = [];
  const saidSoFar = () => item.words.map((word) => word.text).join(' ');
  host.send({
    type: 'response.content_part.added',
    ...place,
    part: { type: 'audio', transcript: '' },
  });

  function sendWords(): void {
    const said = words.filter((word) => word.endByte <= item.audioBytes);
    if (said.length === 0) return;
    words = words.slice(said.length);
    const space = item.words.length > 0 ? ' ' : '';
    item.words.push(...said);
    const delta = space + said.map((word) => word.text).join(' ');
    host.send({ type: 'response.output_audio_transcript.delta', ...place, delta });
  }

  return {
    get sentBytes() {
      return item.audioBytes;
    },
    plan(sentence, ulaw, afterAnother) {
      const gap = Buffer.alloc(afterAnother ? sentenceGapMs * bytesPerMs : 0, ulawSilence);
      const from = item.audioBytes + planned.length + gap.length;
      words = [...words, ...placeWords(sentence, from, ulaw.length)];
      planned = Buffer.concat([planned, gap, ulaw]);
    },
    sendDelta() {
      const bytes = planned.subarray(0, deltaBytes);
      planned = planned.subarray(bytes.length);
      if (bytes.length === 0) return 0;
      item.audioBytes += bytes.length;
      host.send({ type: 'response.output_audio.delta', ...place, delta: host.encode(bytes) });
      sendWords();
      return bytes.length;
    },
    close(status) {
      if (item.status !== 'in_progress') return;
      item.status = status;
      const transcript = saidSoFar();
      host.send({ type: 'response.output_audio.done', ...place });
      host.send({ type: 'response.output_audio_transcript.done', ...place, transcript });
      host.send({
        type: 'response.content_part.done',
        ...place,
        part: { type: 'audio', transcript },
      });
      closeItem(host, item, at);
    },
  };
}

/** Each word ends where its share of the sentence's letters ends: close enough to cut a memory by. */
export function placeWords(sentence: string, fromByte: number, bytes: number): SpokenWord[] {
  const letters = sentence.length + 1;
  let said = 0;
  return sentence.split(' ').map((text) => {
    said += text.length + 1;
    return { text, endByte: fromByte + Math.floor((bytes * said) / letters) };
  });
}

/** Sentences are synthesised one by one, so that the first can be heard while the others are made. */
export function toSentences(text: string): string[] {
  return text
    .trim()
    .split(/(?<=[.!?…])\s+(?=\p{Lu})/u)
    .map((sentence) => sentence.replace(/\s+/g, ' '))
    .filter((sentence) => sentence !== '');
}
