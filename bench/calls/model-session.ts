import type { Socket } from 'node:net';
import { audioTail, readStamp, stampLength, writeStamp } from './audio-stamp.ts';
import {
  audioDelta,
  callerTurn,
  replyBegins,
  replyEnds,
  sessionEvent,
  speechStarted,
  textDelta,
} from './model-lines.ts';
import type { PlayedItems } from './playout-clock.ts';
import { nowUs, type Tally } from './tally.ts';
import { FrameReader, opcodes, plainFrame, type ReceivedFrame, textOf } from './websocket-wire.ts';

/*
 * One conversation of the fake model. Each turn: the caller is heard for 1.6 s, the model answers with 4 s of speech sent
 * at five times real time in pieces of 200 ms. Two turns of three begin in the middle of the reply before them (a
 * barge-in), the third 2 s behind it, so that the agent is heard about half of the time.
 */
const callerSpeaksMs = 1_600;
/** What the events say of it: with the padding and the silence that the model adds to what it heard. */
const callerSpeechSpanMs = 1_900;
const answersAfterMs = 300;
const replyMs = 4_000;
const greetingMs = 1_000;
const deltaMs = 200;
const deltaEveryMs = 40;
const earliestBargeInMs = 1_000;
const latestBargeInMs = 3_000;
const pauseMs = 2_000;
/** The first turns of the calls are spread over this. */
const firstTurnSpreadMs = 6_000;
/** `clear` and `truncate` that have not come by then are missing. */
const cutWaitMs = 1_000;

const deltaBytes = deltaMs * 8;
const deltaTail = audioTail(deltaBytes);
const appendHead = '{"type":"input_audio_buffer.append","audio":"';

interface Reply {
  id: string;
  item: number;
  metadata: unknown;
  deltasLeft: number;
  nextDeltaMs: number;
}

/** A barge-in on its way through the server. */
interface Cut {
  saidAtMs: number;
  inWindow: boolean;
  played: PlayedItems | undefined;
  truncated: Map<number, number>;
}

export class ModelSession {
  readonly index: number;
  readonly #socket: Socket;
  readonly #tally: Tally;
  readonly #expectsCuts: boolean;
  readonly #reader = new FrameReader((frame) => this.#receive(frame));
  /** Told once, when the first audio of a call arrives here. */
  onLinked: (callIndex: number) => void = () => {};
  isOpen = true;
  #linked = false;
  #isScripted = false;
  #reply: Reply | undefined;
  #items = 0;
  #deltas = 0;
  #turns = 0;
  #nextCallerSequence: number | undefined;
  #speechAtMs = Number.POSITIVE_INFINITY;
  #stopAtMs = Number.POSITIVE_INFINITY;
  #replyAtMs = Number.POSITIVE_INFINITY;
  #cut: Cut | undefined;

  constructor(
    socket: Socket,
    index: number,
    parts: { tally: Tally; expectsCuts: boolean; first: Buffer },
  ) {
    this.index = index;
    this.#socket = socket;
    this.#tally = parts.tally;
    this.#expectsCuts = parts.expectsCuts;
    socket.on('data', (chunk) => this.#reader.read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isOpen = false;
    });
    if (parts.first.length > 0) this.#reader.read(parts.first);
    this.#say(sessionEvent('session.created'));
  }

  /** Nothing new is said from now on. */
  quiet(): void {
    this.#speechAtMs = Number.POSITIVE_INFINITY;
    this.#replyAtMs = Number.POSITIVE_INFINITY;
  }

  /** The carrier's buffer was emptied by the server. */
  cleared(played: PlayedItems): void {
    const cut = this.#cut;
    if (!cut || cut.played) {
      if (this.#tally.isInWindow(nowUs())) this.#tally.missedCuts += 1;
      return;
    }
    cut.played = played;
    if (cut.inWindow) this.#tally.reactionUs.record(usSince(cut.saidAtMs));
    this.#compare(cut);
  }

  step(nowMs: number): void {
    if (!this.isOpen) return;
    if (this.#reply && this.#reply.nextDeltaMs <= nowMs) this.#sendDelta(this.#reply, nowMs);
    if (this.#speechAtMs <= nowMs) this.#startCallerSpeech();
    else if (this.#stopAtMs <= nowMs) this.#stopCallerSpeech(nowMs);
    else if (this.#replyAtMs <= nowMs && !this.#reply) {
      this.#replyAtMs = Number.POSITIVE_INFINITY;
      this.#startReply(replyMs, null, nowMs);
      this.#planTurn(nowMs);
    }
    if (this.#cut && nowMs - this.#cut.saidAtMs > cutWaitMs) this.#giveUpCut(this.#cut);
  }

  #planTurn(nowMs: number): void {
    this.#turns += 1;
    const isBargeIn = this.#turns % 3 !== 0;
    const withinMs = earliestBargeInMs + Math.random() * (latestBargeInMs - earliestBargeInMs);
    this.#speechAtMs = nowMs + (isBargeIn ? withinMs : replyMs + pauseMs);
  }

  #startCallerSpeech(): void {
    this.#speechAtMs = Number.POSITIVE_INFINITY;
    const isBargeIn = this.#turns % 3 !== 0;
    const saidAtMs = performance.now();
    const inWindow = this.#tally.isInWindow(saidAtMs * 1_000);
    if (isBargeIn && this.#expectsCuts) {
      this.#cut = { saidAtMs, inWindow, played: undefined, truncated: new Map() };
    }
    this.#say(speechStarted(`item_caller_${this.#turns}`, Math.round(saidAtMs)));
    this.#stopAtMs = saidAtMs + callerSpeaksMs;
  }

  #stopCallerSpeech(nowMs: number): void {
    const startedAtMs = this.#stopAtMs - callerSpeaksMs;
    this.#stopAtMs = Number.POSITIVE_INFINITY;
    const audioEndMs = Math.round(startedAtMs) + callerSpeechSpanMs;
    for (const event of callerTurn(`item_caller_${this.#turns}`, audioEndMs)) this.#say(event);
    this.#replyAtMs = nowMs + answersAfterMs;
  }

  #startReply(ms: number, metadata: unknown, nowMs: number): void {
    this.#items += 1;
    const id = `resp_${this.index}_${this.#items}`;
    const deltasLeft = ms / deltaMs;
    this.#reply = { id, item: this.#items, metadata, deltasLeft, nextDeltaMs: nowMs };
    for (const event of replyBegins(id, itemId(this.#items), metadata)) this.#say(event);
  }

  #sendDelta(reply: Reply, nowMs: number): void {
    const sentAtUs = nowUs();
    this.#deltas += 1;
    // The item stands in the number, so that the carrier knows what it plays.
    const stamp = writeStamp(this.index, reply.item * 100 + reply.deltasLeft, sentAtUs);
    this.#tally.sent(this.#tally.toCaller, sentAtUs);
    this.#say(audioDelta(reply.id, itemId(reply.item), stamp + deltaTail));
    this.#say(textDelta(reply.id, itemId(reply.item)));
    reply.deltasLeft -= 1;
    reply.nextDeltaMs = Math.max(reply.nextDeltaMs + deltaEveryMs, nowMs);
    if (reply.deltasLeft > 0) return;
    this.#reply = undefined;
    for (const event of replyEnds(reply.id, itemId(reply.item), reply.metadata)) this.#say(event);
  }

  #receive(frame: ReceivedFrame): void {
    if (frame.opcode === opcodes.ping) return this.#pong(frame);
    if (frame.opcode === opcodes.close) return void this.#socket.end(plainFrame('', opcodes.close));
    if (frame.opcode !== opcodes.text) return;
    const start = textOf(frame, appendHead.length + stampLength);
    if (start.startsWith(appendHead)) return this.#hear(start);
    this.#obey(JSON.parse(textOf(frame)) as Record<string, unknown>);
  }

  #hear(start: string): void {
    const stamp = readStamp(start, appendHead.length);
    if (!stamp) return;
    if (!this.#linked) {
      this.#linked = true;
      this.onLinked(stamp.id);
    }
    const { toModel } = this.#tally;
    const isNext = stamp.sequence === (this.#nextCallerSequence ?? stamp.sequence);
    if (!isNext && this.#tally.isInWindow(stamp.sentAtUs)) toModel.misordered += 1;
    this.#nextCallerSequence = stamp.sequence + 1;
    this.#tally.received(toModel, stamp.sentAtUs, nowUs());
  }

  #obey(event: Record<string, unknown>): void {
    const nowMs = performance.now();
    switch (event.type) {
      case 'session.update':
        return this.#say(sessionEvent('session.updated'));
      case 'response.create':
        return this.#askedToReply(event.response, nowMs);
      case 'conversation.item.truncate':
        return this.#truncated(event);
    }
  }

  #askedToReply(response: unknown, nowMs: number): void {
    if (this.#isScripted) this.#tally.unplannedReplies += 1;
    if (this.#reply) return;
    const metadata = (response as { metadata?: unknown } | undefined)?.metadata ?? null;
    this.#startReply(greetingMs, metadata, nowMs);
    this.begin(nowMs);
  }

  /** The turns of the script begin, once. */
  begin(nowMs: number): void {
    if (this.#isScripted) return;
    this.#isScripted = true;
    this.#replyAtMs = nowMs + greetingMs + Math.random() * firstTurnSpreadMs;
  }

  #truncated(event: Record<string, unknown>): void {
    const item = Number(String(event.item_id).split('_').at(-1));
    const cut = this.#cut;
    if (!cut) {
      if (this.#tally.isInWindow(nowUs())) this.#tally.missedCuts += 1;
      return;
    }
    cut.truncated.set(item, Number(event.audio_end_ms));
    this.#compare(cut);
  }

  /** Both halves of a cut are here: what the model was told must be what was played. */
  #compare(cut: Cut): void {
    if (!cut.played || cut.truncated.size === 0) return;
    this.#cut = undefined;
    if (!cut.inWindow) return;
    for (const [item, audioEndMs] of cut.truncated) {
      const errorMs = Math.abs(audioEndMs - (cut.played.get(item) ?? 0));
      this.#tally.cutErrorUs.record(Math.max(1, Math.round(errorMs * 1_000)));
    }
  }

  #giveUpCut(cut: Cut): void {
    this.#cut = undefined;
    if (cut.inWindow) this.#tally.missedCuts += 1;
  }

  #pong(frame: ReceivedFrame): void {
    this.#socket.write(plainFrame(textOf(frame), opcodes.pong));
  }

  #say(text: string): void {
    this.#socket.write(plainFrame(text));
  }
}

function itemId(item: number): string {
  return `item_agent_${item}`;
}

function usSince(atMs: number): number {
  return Math.max(1, Math.round((performance.now() - atMs) * 1_000));
}
