import type { TapListener } from '../call/call-tap.ts';

/** 20 ms of μ-law. */
const frameBytes = 160;
/** What was heard is known a tenth of a second later; twice that is waited for. */
const lagBytes = 200 * 8;
/** Sound kept that lies behind the lag: two minutes, the longest a reply may wait. */
const mostPieces = 2_000;

/**
 * What the person at the telephone hears, one 20 ms frame after the other and silence filled in. The caller's own frames
 * are its clock.
 */
export function createHeardFrames(hear: (frame: Buffer, atMs: number) => void): TapListener {
  const pieces: { ulaw: Buffer; atByte: number }[] = [];
  let nextByte = 0;

  function takeFrame(): Buffer {
    const frame = Buffer.alloc(frameBytes, 0xff);
    const end = nextByte + frameBytes;
    for (const { ulaw, atByte } of pieces) {
      const from = Math.max(nextByte, atByte);
      const to = Math.min(end, atByte + ulaw.length);
      if (from < to) ulaw.copy(frame, from - nextByte, from - atByte, to - atByte);
    }
    while (pieces[0] && pieces[0].atByte + pieces[0].ulaw.length <= end) pieces.shift();
    nextByte = end;
    return frame;
  }

  return (side, ulaw, atByte) => {
    if (side === 'agent') {
      pieces.push({ ulaw, atByte });
      if (pieces.length > mostPieces) pieces.shift();
      return;
    }
    const nowByte = atByte + ulaw.length - lagBytes;
    while (nextByte + frameBytes <= nowByte) {
      const atMs = nextByte / 8;
      hear(takeFrame(), atMs);
    }
  };
}
