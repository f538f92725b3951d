import { loadSpokenPrompts, type PromptName } from '../../src/call/spoken-prompts.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';

/** What a person on the line heard, measured in the carrier's ear. All times are ms since the stream began. */
export interface Heard {
  fromMs: number;
  toMs: number;
}

const bytesPerMs = 8;
const prompts = await loadSpokenPrompts();
/** An announced wait may be silent for this long: a filler at least so often. */
const announcedWaitMs = 6_000;
/** Pauses within one sound: between words of a prompt (at most 372 ms in the shipped ones). */
const pauseMs = 400;

/** The shipped prompts that were heard from their beginning, in order. */
export function promptsHeard(call: CarrierCall): (Heard & { name: PromptName })[] {
  const heard = Buffer.concat(call.heard.map((span) => span.ulaw));
  const found: (Heard & { name: PromptName })[] = [];
  for (const { name, ulaw } of Object.values(prompts)) {
    const fingerprint = fingerprintOf(ulaw);
    for (let at = heard.indexOf(fingerprint.bytes); at !== -1; ) {
      const fromMs = momentOf(call, at) - fingerprint.offset / bytesPerMs;
      found.push({ name, fromMs, toMs: fromMs + ulaw.length / bytesPerMs });
      at = heard.indexOf(fingerprint.bytes, at + 1);
    }
  }
  return found.sort((a, b) => a.fromMs - b.fromMs);
}

/** When the first 20 ms of this audio were heard; undefined when they were not. */
export function heardFrom(call: CarrierCall, ulaw: Buffer): number | undefined {
  const heard = Buffer.concat(call.heard.map((span) => span.ulaw));
  const at = heard.indexOf(ulaw.subarray(0, 160));
  return at === -1 ? undefined : momentOf(call, at);
}

/** Sounds of the agent that were heard, with the pauses between words left in. */
export function soundsHeard(call: CarrierCall): Heard[] {
  const sounds: Heard[] = [];
  for (const { atMs, ulaw } of call.heard) {
    for (const part of audibleParts(ulaw)) {
      const fromMs = atMs + part.from / bytesPerMs;
      const toMs = atMs + part.to / bytesPerMs;
      const last = sounds.at(-1);
      if (last && fromMs - last.toMs < pauseMs) last.toMs = toMs;
      else sounds.push({ fromMs, toMs });
    }
  }
  return sounds;
}

/**
 * Rule U1: the longest silence, in ms, while it was the agent's turn and no wait had been announced. A silence that
 * follows “um momento” is explained, but no longer than until the next filler is due.
 * @param turns when it was the agent's turn: from the caller's last word (or the stream's start) to the agent's last.
 */
export function longestUnexplainedSilence(call: CarrierCall, turns: readonly Heard[]): number {
  const sounds = soundsHeard(call);
  const waits = promptsHeard(call).filter(({ name }) => name === 'um-momento');
  let longestMs = 0;
  for (const turn of turns) {
    for (const gap of gapsOf(turn, sounds)) {
      const announced = waits.some(({ fromMs, toMs }) => fromMs < gap.fromMs && gap.fromMs <= toMs);
      const ms = gap.toMs - gap.fromMs;
      longestMs = Math.max(longestMs, announced ? ms - announcedWaitMs : ms);
    }
  }
  return longestMs;
}

function gapsOf(turn: Heard, sounds: readonly Heard[]): Heard[] {
  const gaps: Heard[] = [];
  let silentFromMs = turn.fromMs;
  for (const { fromMs, toMs } of sounds) {
    if (toMs <= turn.fromMs || fromMs >= turn.toMs) continue;
    if (fromMs > silentFromMs) gaps.push({ fromMs: silentFromMs, toMs: fromMs });
    silentFromMs = Math.max(silentFromMs, toMs);
  }
  if (silentFromMs < turn.toMs) gaps.push({ fromMs: silentFromMs, toMs: turn.toMs });
  return gaps;
}

/** The moment at which this byte of everything heard was played. */
function momentOf(call: CarrierCall, byte: number): number {
  let before = 0;
  for (const { atMs, ulaw } of call.heard) {
    if (byte < before + ulaw.length) return atMs + (byte - before) / bytesPerMs;
    before += ulaw.length;
  }
  return Number.NaN;
}

/** 20 ms of a prompt, as early as it is loud, that occur in no other place. */
function fingerprintOf(ulaw: Buffer): { offset: number; bytes: Buffer } {
  const length = 160;
  for (let offset = 0; offset + length <= ulaw.length; offset += length) {
    const bytes = ulaw.subarray(offset, offset + length);
    const isLoud = bytes.filter((byte) => !isSilence(byte)).length > length / 2;
    if (isLoud && ulaw.indexOf(bytes, offset + 1) === -1) return { offset, bytes };
  }
  throw new Error('a prompt without sound');
}

function audibleParts(ulaw: Buffer): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  for (let at = 0; at < ulaw.length; at += 1) {
    if (isSilence(ulaw[at])) continue;
    const last = parts.at(-1);
    if (last && last.to === at) last.to = at + 1;
    else parts.push({ from: at, to: at + 1 });
  }
  return parts;
}

function isSilence(byte: number | undefined): boolean {
  return byte === 0xff || byte === 0x7f;
}
