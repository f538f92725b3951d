import { markedAudio, readMarks } from '../tests/support/marked-audio.ts';
import {
  ask,
  type Line,
  openStream,
  post,
  type RawStream,
  ring,
  tokenIn,
  twilioSignature,
  webhookFields,
} from '../tests/support/raw-caller.ts';
import {
  accountSid,
  authToken,
  pass,
  type Stage,
  type StageOptions,
  until,
} from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onScene, type Scene } from './fault-case.ts';

type Play = (notes: Notes, scene: Scene, line: Line) => Promise<void>;

const one = (row: string, variant: string, play: Play, options: StageOptions = {}): FaultCase => ({
  row,
  variant,
  play: (notes) =>
    onScene(options, notes, (scene) =>
      play(notes, scene, { url: scene.stage.url, accountSid, authToken }),
    ),
});

const frame = markedAudio(1, 20);

/** Frames of this audio that any session was given, in order and whole. */
function heardFrames(stage: Stage, id: number): number[] {
  return stage.model.connections.flatMap((session) =>
    readMarks(session.audioReceived())
      .filter((mark) => mark.id === id)
      .map((mark) => mark.frame),
  );
}

const isWhole = (frames: number[], count: number): boolean =>
  frames.length === count && frames.every((frame, index) => frame === index);

/** One call does something; another one that speaks meanwhile loses nothing. */
const besideAnother =
  (act: (stream: RawStream) => Promise<void> | void, closeCode?: number): Play =>
  async (notes, { stage }, line) => {
    const other = await ring(line);
    const bad = await ring(line);
    await until(() => stage.app.live.count === 2, 'both are live');
    const speaking = other.stream.speak(markedAudio(300, 2_000));
    await act(bad.stream);
    if (closeCode !== undefined) {
      const { code } = await bad.stream.closed;
      notes.expect(code === closeCode, `closed with ${code}`);
    }
    await speaking;
    await until(() => heardFrames(stage, 300).length >= 100, 'the other call is heard', 2_000);
    notes.expect(isWhole(heardFrames(stage, 300), 100), 'the other call lost audio');
    notes.heard.push('the other caller: everything');
    for (const call of [bad, other]) call.stream.stop(call.callSid);
    await until(() => stage.app.live.count === 0, 'both are over');
  };

const garbage: [string, (stream: RawStream) => void, number | undefined][] = [
  ['not JSON, 19 times', (stream) => repeat(19, () => stream.raw('{')), undefined],
  ['not JSON, 21 times', (stream) => repeat(21, () => stream.raw('{')), 1008],
  ['binary', (stream) => stream.raw(Buffer.alloc(160)), 1003],
  ['1 MiB', (stream) => stream.raw('x'.repeat(2 ** 20)), 1009],
  ['no UTF-8', (stream) => stream.socket.send(Buffer.from([0xff]), { binary: false }), 1007],
  [
    '100 fragments',
    (stream) => repeat(100, (part) => stream.socket.send('x', { fin: part === 99 })),
    1008,
  ],
  ['60,000 levels of nesting', (stream) => stream.raw('['.repeat(60_000)), undefined],
  ['an unknown event', (stream) => stream.send({ event: 'hello' }), undefined],
];

function repeat(count: number, act: (index: number) => void): void {
  for (let index = 0; index < count; index += 1) act(index);
}

async function neverStarts(notes: Notes, { stage }: Scene, line: Line): Promise<void> {
  const stream = await openStream(line);
  stream.connected();
  const { afterMs } = await stream.closed;
  notes.expect(afterMs < 6_500, `closed after ${Math.round(afterMs)} ms`);
  notes.expect(stage.model.upgrades.length === 0, 'a model session was opened');
}

async function startsTwice(notes: Notes, { stage }: Scene, line: Line): Promise<void> {
  const call = await ring(line);
  await until(() => stage.app.live.count === 1, 'the call is live');
  call.stream.start(call.callSid, call.token);
  call.stream.connected();
  await call.stream.speak(markedAudio(300, 400));
  await until(() => heardFrames(stage, 300).length >= 20, 'it is heard', 2_000);
  notes.expect(isWhole(heardFrames(stage, 300), 20), 'audio was lost');
  call.stream.stop(call.callSid);
}

async function flood(stream: RawStream): Promise<void> {
  for (let at = 0; stream.isOpen; at += 200) {
    repeat(10, (index) => stream.media(frame, at + index * 20));
    await pass(20);
  }
}

async function secondStream(notes: Notes, { stage }: Scene, line: Line): Promise<void> {
  const call = await ring(line);
  await until(() => stage.app.live.count === 1, 'the call is live');
  for (const callSid of [call.callSid, 'CA0123456789abcdef0123456789abcdef']) {
    const second = await openStream(line);
    second.connected();
    second.start(callSid, call.token);
    await second.closed;
  }
  await call.stream.speak(markedAudio(300, 400));
  await until(() => heardFrames(stage, 300).length >= 20, 'it is heard', 2_000);
  notes.expect(isWhole(heardFrames(stage, 300), 20), 'the first call lost audio');
  call.stream.stop(call.callSid);
}

async function webhookAgain(notes: Notes, { stage }: Scene, line: Line): Promise<void> {
  const fields = webhookFields(line);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => post(line, '/incoming-call', fields)),
  );
  const tokens = new Set(answers.map(({ text }) => tokenIn(text)));
  notes.expect(tokens.size === 1, `${tokens.size} different answers`);
  notes.expect(stage.app.live.expectedCount === 1, `${stage.app.live.expectedCount} calls`);
  await until(() => stage.model.upgrades.length > 0, 'the model is called');
  notes.expect(stage.model.upgrades.length === 1, `${stage.model.upgrades.length} sessions`);
}

/** The webhook's client is gone before our answer: no session stays longer than the token lives. */
async function webhookAborted(
  notes: Notes,
  { stage, toProduct }: Scene,
  line: Line,
): Promise<void> {
  const fields = webhookFields(line);
  toProduct.set('down', { isStalled: true });
  const lost = post(line, '/incoming-call', fields).catch(() => undefined);
  await until(() => stage.app.live.expectedCount === 1, 'the call is expected');
  toProduct.reset();
  await lost;
  toProduct.set('down', {});
  // Twilio asks again, and gets the same call.
  const again = await post(line, '/incoming-call', fields);
  notes.expect(tokenIn(again.text) !== '', 'the second answer offers no stream');
  notes.expect(stage.app.live.expectedCount === 1, `${stage.app.live.expectedCount} calls`);
}

async function arrivals(notes: Notes, { stage }: Scene, line: Line): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => post(line, '/incoming-call', webhookFields(line))),
  );
  const taken = answers.filter(({ text }) => tokenIn(text) !== '').length;
  const shed = answers.filter(({ text }) => text.includes('<Say') && text.includes('<Dial')).length;
  const slowestMs = Math.round(Math.max(...answers.map(({ tookMs }) => tookMs)));
  notes.heard.push(`${taken} the agent, ${shed} <say>, <dial>; slowest answer ${slowestMs} ms`);
  notes.expect(taken === 3 && shed >= 97, `${taken} taken, ${shed} shed`);
  notes.expect(slowestMs <= 2_000, `an answer took ${slowestMs} ms`);
  const ready = await ask(`${stage.url}/readyz`);
  notes.expect(ready.status === 503, 'ready although full');
}

async function forged(notes: Notes, { stage }: Scene, line: Line): Promise<void> {
  const fields = webhookFields(line);
  const signature = twilioSignature('another-token', `${line.url}/incoming-call`, fields);
  const { status } = await post(line, '/incoming-call', fields, { signature });
  notes.expect(status === 403, `answered ${status}`);
  notes.expect(stage.app.live.expectedCount === 0, 'a call is expected');
}

/** `media.timestamp` jumps an hour ahead and back. */
async function timestampsJump(stream: RawStream): Promise<void> {
  await stream.speak(markedAudio(301, 200));
  stream.media(frame, 3_600_000);
  await stream.speak(markedAudio(302, 200), 220);
}

export const carrierWords: FaultCase[] = [
  one('F-03', '“start” never arrives', neverStarts),
  one('F-04', '“start” twice, “connected” after it', startsTwice),
  ...garbage.map(([name, send, code]) => one('F-05', name, besideAnother(send, code))),
  one('F-07', 'ten times as fast as real time', besideAnother(flood, 1008)),
  one('F-11', 'a second stream of a live call, and one of an unknown call', secondStream),
  one('F-12', 'a webhook 50 times at once', webhookAgain),
  one('F-12', 'a webhook with a forged signature', forged),
  one('F-13', 'the client is gone before our answer', webhookAborted),
  one('F-17', 'timestamps jump an hour ahead and back', besideAnother(timestampsJump)),
  one('F-18', '100 calls at once, 3 allowed', arrivals, { env: { MAX_CALLS: '3' } }),
];
