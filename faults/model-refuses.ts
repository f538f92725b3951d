import type { ScriptedModelOptions } from '../tests/support/scripted-model.ts';
import { greeted } from '../tests/support/spoken-turn.ts';
import { pass, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onScene, type Scene, wholeCall } from './fault-case.ts';

interface Refusal {
  row: string;
  variant: string;
  model?: ScriptedModelOptions;
  /** What is wrong with the line to the model. */
  line?: (scene: Scene) => void;
  /** Until the last verb, ms of the call. */
  withinMs: number;
  mostTries: number;
  /** The next caller is sent to the fallback at once, and the operator is told. */
  opensBreaker: boolean;
}

const quota = JSON.stringify({ error: { type: 'insufficient_quota', code: 'insufficient_quota' } });
const refused = { withinMs: 4_000, mostTries: 1, opensBreaker: true };
const tried = { withinMs: 6_500, mostTries: 3, opensBreaker: true };
const timedOut = { withinMs: 9_000, mostTries: 3, opensBreaker: false };

const refusals: Refusal[] = [
  {
    row: 'F-20',
    variant: 'the line to the model is reset at once',
    line: ({ toModel }) => toModel.resetNew(true),
    ...tried,
  },
  {
    row: 'F-20',
    variant: 'a black hole: connected, never answered',
    line: ({ toModel }) => toModel.set('down', { isStalled: true }),
    ...timedOut,
  },
  { row: 'F-21', variant: 'upgrade 401', model: { upgradeStatus: 401 }, ...refused },
  { row: 'F-21', variant: 'upgrade 403', model: { upgradeStatus: 403 }, ...refused },
  { row: 'F-22', variant: 'upgrade 429', model: { upgradeStatus: 429 }, ...tried },
  { row: 'F-23', variant: 'upgrade 500', model: { upgradeStatus: 500 }, ...tried },
  { row: 'F-23', variant: 'upgrade 502', model: { upgradeStatus: 502 }, ...tried },
  { row: 'F-23', variant: 'upgrade 503', model: { upgradeStatus: 503 }, ...tried },
  {
    row: 'F-24',
    variant: 'settings are never answered',
    model: { neverConfigure: true },
    ...timedOut,
  },
  {
    row: 'F-24',
    variant: 'settings are refused',
    model: { refuseSettings: 'invalid_value' },
    ...timedOut,
  },
  {
    row: 'F-24',
    variant: 'another audio format is echoed',
    model: { wrongEcho: true },
    ...timedOut,
  },
  {
    row: 'F-27',
    variant: 'the account is empty before the call (429 with quota)',
    model: { upgradeStatus: 429, upgradeBody: quota },
    ...refused,
  },
];

const refusalCases: FaultCase[] = refusals.map((one) => ({
  row: one.row,
  variant: one.variant,
  play: (notes) =>
    onScene(one.model ? { model: one.model } : {}, notes, (scene) =>
      playRefusal(one, notes, scene),
    ),
}));

async function playRefusal(one: Refusal, notes: Notes, scene: Scene): Promise<void> {
  const { stage, toModel } = scene;
  one.line?.(scene);
  const call = stage.dial();
  await call.ended;
  notes.listen(call, wholeCall(call));
  notes.expectWayOut(call);
  notes.expect(call.nowMs() <= one.withinMs, `the way out came after ${call.nowMs()} ms`);
  notes.expect(toModel.accepted <= one.mostTries, `${toModel.accepted} tries`);
  const record = await stage.record(call);
  notes.expect(record.ending?.startsWith('model-') === true, `the record says ${record.ending}`);
  for (const session of stage.model.connections)
    notes.expect(session.of('input_audio_buffer.append').length === 0, 'audio was forwarded');
  if (one.opensBreaker) await expectBreakerOpen(notes, scene);
}

async function expectBreakerOpen(notes: Notes, { stage, ...scene }: Scene): Promise<void> {
  const { status, reasons } = await scene.readiness();
  notes.expect(status === 503 && /^model /.test(reasons.join()), `ready: ${status} ${reasons}`);
  await until(() => scene.alarms().includes('model-unavailable'), 'the alarm');
  const next = stage.dial();
  const { performed } = await next.ended;
  notes.expect(performed[0]?.verb === 'say', 'the next caller was connected');
  await pass(1_100);
  const told = scene.alarms().filter((name) => name === 'model-unavailable').length;
  notes.expect(told === 1, `${told} alarms for one fault`);
}

/** The account runs dry in the call, and again in every session that is opened. */
async function playQuota(notes: Notes, { stage }: Scene): Promise<void> {
  const { call, model } = await greeted(stage);
  const atMs = call.nowMs();
  model.error({ type: 'insufficient_quota', code: 'insufficient_quota' });
  model.close(1008, 'insufficient_quota');
  await call.ended;
  notes.listen(call, [{ fromMs: atMs, toMs: call.nowMs() }]);
  notes.expectWayOut(call);
  notes.expect(stage.model.upgrades.length <= 2, `${stage.model.upgrades.length} connections`);
  notes.expect((await stage.record(call)).ending === 'model-refused', 'the record says otherwise');
}

async function playRecovery(notes: Notes, { stage }: Scene): Promise<void> {
  const connection = stage.model.nextConnection(5_000);
  const call = stage.dial();
  await until(() => stage.model.upgrades.length === 1, 'the first try');
  stage.model.set({ upgradeStatus: undefined });
  await (await connection).configured();
  await until(() => call.heard.length > 0 && call.heardSilenceMs > 100, 'the greeting');
  notes.listen(call, wholeCall(call));
  await call.hangUp();
}

export const modelRefuses: FaultCase[] = [
  ...refusalCases,
  {
    row: 'F-23',
    variant: 'upgrade 500, and 101 at the second try',
    play: (notes) =>
      onScene({ model: { upgradeStatus: 500 } }, notes, (scene) => playRecovery(notes, scene)),
  },
  {
    row: 'F-27',
    variant: 'the account runs dry in the call',
    play: (notes) => onScene({}, notes, (scene) => playQuota(notes, scene)),
  },
];
