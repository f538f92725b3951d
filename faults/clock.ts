import type { Clock } from '../src/platform/clock.ts';
import { createClock } from '../src/platform/clock.ts';
import {
  bookByTools,
  callerAgrees,
  reviewByTools,
  useTool,
} from '../tests/support/booking-by-tools.ts';
import { markedAudio } from '../tests/support/marked-audio.ts';
import { readSides } from '../tests/support/recording-sides.ts';
import { answersWith, callerSays, greeted, heardMs } from '../tests/support/spoken-turn.ts';
import { pass, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onScene, since } from './fault-case.ts';

const hourMs = 3_600_000;
const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };

/** The real clock, whose date somebody may set; durations go on. */
function settableClock(): Clock & { jump(ms: number): void } {
  const real = createClock();
  let offMs = 0;
  return {
    monotonicMs: () => real.monotonicMs(),
    wallMs: () => real.wallMs() + offMs,
    jump(ms) {
      offMs += ms;
    },
  };
}

const jumps = (ms: number, variant: string): FaultCase => ({
  row: 'F-61',
  variant,
  play: (notes) => {
    const clock = settableClock();
    return onScene({ clock }, notes, async ({ stage }) => {
      const { call, model } = await greeted(stage);
      clock.jump(ms);
      answersWith(model, { say: answer });
      const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
      await until(() => heardMs(call, 50) === 600, 'the answer');
      notes.listen(call, since(call, endedAtMs));
      const booked = await bookByTools(model);
      notes.expect(booked.ok, 'nothing could be booked');
      const wallMs = call.nowMs();
      await call.hangUp();
      const record = await stage.record(call);
      const offMs = Math.round(Math.abs(record.durationMs - wallMs));
      notes.expect(offMs <= 100, `the record’s duration is ${offMs} ms off`);
      const { durationMs } = readSides(await stage.wav(call));
      notes.expect(Math.abs(durationMs - wallMs) <= 100, 'the recording is too long or too short');
    });
  },
});

/** The date jumps over the life of a hold between the review and the caller's yes: booked once or told, never both. */
async function holdLapses(notes: Notes): Promise<void> {
  const clock = settableClock();
  await onScene({ clock }, notes, async ({ stage }) => {
    const { call, model } = await greeted(stage);
    await reviewByTools(model);
    await callerAgrees(model);
    clock.jump(hourMs);
    const told = await useTool(model, 'confirm_appointment');
    await pass(300);
    const kept = (await stage.appointments()).filter((one) => one.status === 'booked').length;
    notes.expect(kept === (told.ok ? 1 : 0), `told ${told.ok ? 'ok' : told.code}, ${kept} kept`);
    notes.listen(call, []);
    await call.hangUp();
  });
}

export const clocks: FaultCase[] = [
  jumps(hourMs, 'the date jumps an hour ahead in a call'),
  jumps(-hourMs, 'the date jumps an hour back in a call'),
  { row: 'F-61', variant: 'the date jumps over a hold before the caller’s yes', play: holdLapses },
];
