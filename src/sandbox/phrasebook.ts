import { loudness, ulawSilence } from '../audio/g711.ts';

/**
 * The sandbox model's ears. No recogniser is included: whoever makes speech audio tells the book what it says, and the
 * book finds those very bytes again in what was heard. μ-law travels unchanged from end to end, so a phrase is only
 * recognised when its audio truly arrived.
 */
export interface Phrasebook {
  /** Remembers what `ulaw` says. Audio without sound is not remembered. */
  learn(text: string, ulaw: Uint8Array): void;
  /** The texts of the known phrases in `heard`, in the order heard, joined by spaces; '' when nothing is known. */
  recognise(heard: Uint8Array): string;
}

/** Phrases kept; the oldest is forgotten first. Two thousand are some hundred calls' worth. */
const mostPhrases = 2_000;
/** Bytes compared at each anchor: 8 ms of loud speech do not occur twice by chance. */
const anchorBytes = 64;
/** Anchors of a phrase. Odd numbers: a phrase cut in two by a pause is then recognised once, not twice. */
const shortPhraseAnchors = 3;
const longPhraseAnchors = 5;
/** Two seconds and more are a long phrase. */
const longPhraseBytes = 16_000;
/** Candidate places inside a stretch are this many bytes apart. */
const anchorStride = 16;
/** Quieter places (RMS of 16-bit samples) are too much alike to tell phrases apart. */
const quietest = 200;
/** Different codes an anchor must hold: tones and clipped noise repeat themselves. */
const fewestCodes = 16;
/** How far apart two anchors may place the start of the same phrase: lost frames move what follows them. */
const driftBytes = 16_000;

interface Phrase {
  text: string;
  length: number;
  anchors: Anchor[];
}
interface Anchor {
  phrase: Phrase;
  index: number;
  offset: number;
  bytes: Buffer;
}
/** A phrase found at one place. */
interface Occurrence {
  phrase: Phrase;
  start: number;
  lastIndex: number;
  found: number;
}

export function createPhrasebook(): Phrasebook {
  /** By text and length: the same words may be learnt in two voices. */
  const phrases = new Map<string, Phrase>();
  /** Anchors by their first four bytes. */
  const index = new Map<number, Anchor[]>();

  function forget(key: string): void {
    for (const anchor of phrases.get(key)?.anchors ?? []) {
      const start = anchor.bytes.readUInt32LE(0);
      const others = (index.get(start) ?? []).filter((other) => other !== anchor);
      if (others.length > 0) index.set(start, others);
      else index.delete(start);
    }
    phrases.delete(key);
  }

  return {
    learn(text, ulaw) {
      const key = `${ulaw.length}:${text}`;
      forget(key);
      const phrase = toPhrase(text, asBuffer(ulaw));
      if (phrase.anchors.length === 0) return;
      phrases.set(key, phrase);
      for (const anchor of phrase.anchors) {
        const start = anchor.bytes.readUInt32LE(0);
        index.set(start, [...(index.get(start) ?? []), anchor]);
      }
      for (const oldest of phrases.keys()) {
        if (phrases.size <= mostPhrases) break;
        forget(oldest);
      }
    },
    recognise: (heard) =>
      readOccurrences(findOccurrences(asBuffer(heard), index))
        .map(({ phrase }) => phrase.text)
        .join(' '),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toPhrase(text: string, ulaw: Buffer): Phrase {
  const phrase: Phrase = { text, length: ulaw.length, anchors: [] };
  const count = ulaw.length < longPhraseBytes ? shortPhraseAnchors : longPhraseAnchors;
  const stretch = ulaw.length / count;
  for (let part = 0; part < count; part++) {
    const offset = loudestPlace(ulaw, Math.round(part * stretch), Math.round((part + 1) * stretch));
    if (offset === undefined) continue;
    const bytes = Buffer.from(ulaw.subarray(offset, offset + anchorBytes));
    phrase.anchors.push({ phrase, index: phrase.anchors.length, offset, bytes });
  }
  return phrase;
}

function loudestPlace(ulaw: Buffer, from: number, to: number): number | undefined {
  let best: number | undefined;
  let most = quietest;
  for (let at = from; at + anchorBytes <= to; at += anchorStride) {
    const window = ulaw.subarray(at, at + anchorBytes);
    const level = loudness(window);
    if (level <= most || new Set(window).size < fewestCodes) continue;
    most = level;
    best = at;
  }
  return best;
}

function findOccurrences(heard: Buffer, index: ReadonlyMap<number, Anchor[]>): Occurrence[] {
  const open = new Map<Phrase, Occurrence>();
  const all: Occurrence[] = [];
  for (let at = 0; at + anchorBytes <= heard.length; at++) {
    if (heard[at] === ulawSilence) continue;
    for (const anchor of index.get(heard.readUInt32LE(at)) ?? []) {
      if (heard.compare(anchor.bytes, 0, anchorBytes, at, at + anchorBytes) !== 0) continue;
      const start = at - anchor.offset;
      const known = open.get(anchor.phrase);
      if (known && anchor.index > known.lastIndex && Math.abs(start - known.start) < driftBytes) {
        known.lastIndex = anchor.index;
        known.found += 1;
        continue;
      }
      const fresh = { phrase: anchor.phrase, start, lastIndex: anchor.index, found: 1 };
      open.set(anchor.phrase, fresh);
      all.push(fresh);
    }
  }
  return all;
}

/** Keeps what was heard at least by half, and of two phrases at one place the one that explains more of it. */
function readOccurrences(all: Occurrence[]): Occurrence[] {
  const likely = all
    .filter(({ phrase, found }) => found * 2 >= phrase.anchors.length)
    .sort((a, b) => b.found - a.found || b.phrase.length - a.phrase.length);
  const kept: Occurrence[] = [];
  for (const candidate of likely) {
    if (!kept.some((other) => overlaps(candidate, other))) kept.push(candidate);
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** Two people cannot be heard at once on one line: more than half inside another phrase is the same sound. */
function overlaps(a: Occurrence, b: Occurrence): boolean {
  const shared =
    Math.min(a.start + a.phrase.length, b.start + b.phrase.length) - Math.max(a.start, b.start);
  return shared * 2 > Math.min(a.phrase.length, b.phrase.length);
}
