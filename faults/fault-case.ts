import type { CarrierCall } from '../src/sandbox/carrier-call.ts';
import {
  type Heard,
  longestUnexplainedSilence,
  promptsHeard,
  soundsHeard,
} from '../tests/support/heard-silence.ts';
import { openProcessStage, type ProcessStage } from '../tests/support/process-stage.ts';
import { openStage, type Stage, type StageOptions } from '../tests/support/stage.ts';
import { startToxicProxy, type ToxicProxy } from '../tests/support/toxic-proxy.ts';

/** Rule U1: longest silence that nobody explained, ms. Measured in real time: a frame and a tick more. */
export const longestSilenceMs = 2_000;

/** One way in which one row of the table of faults is brought about. */
export interface FaultCase {
  row: string;
  variant: string;
  play(notes: Notes): Promise<void>;
  /** Why it cannot be brought about on this machine, if so. */
  impossible?: () => string | undefined;
}

/** What was seen of a fault, from the caller's side and on the disk. */
export class Notes {
  readonly heard: string[] = [];
  readonly lost: string[] = [];
  readonly wrong: string[] = [];
  silenceMs: number | undefined;

  /** What must be true, in words; it is listed when it is not. */
  expect(isTrue: boolean, what: string): void {
    if (!isTrue) this.wrong.push(what);
  }

  /** What the caller heard of the whole call, and how long the line was silent while it was the agent's turn. */
  listen(call: CarrierCall, turns: readonly Heard[]): void {
    const prompts = promptsHeard(call).map(({ name }) => `“${name}”`);
    const others = soundsHeard(call).length > prompts.length ? ['the agent'] : [];
    const wayOut = call.performed.slice(1).map(({ verb }) => `<${verb}>`);
    this.heard.push([...others, ...prompts, ...wayOut].join(', ') || 'nothing');
    if (turns.length === 0) return;
    const silenceMs = Math.round(longestUnexplainedSilence(call, turns));
    this.silenceMs = Math.max(this.silenceMs ?? 0, silenceMs);
    this.expect(silenceMs <= longestSilenceMs, `${silenceMs} ms of unexplained silence`);
  }

  /** The verbs after the stream were performed: the caller is not left on a dead line. */
  expectWayOut(call: CarrierCall): void {
    const verbs = call.performed.map(({ verb }) => verb).join(' ');
    this.expect(/say (dial|hangup|record)$/.test(verbs), `the way out was “${verbs}”`);
  }
}

/** A stage and the lines to it, each through a proxy that can be a bad one. */
export interface Scene {
  stage: Stage;
  toModel: ToxicProxy;
  toProduct: ToxicProxy;
  /** The alarms that were told so far. */
  alarms(): string[];
  /** The value of a series in `/metrics`; 0 when it is not there. */
  counted(series: string): Promise<number>;
  readiness(): Promise<{ status: number; reasons: string[] }>;
}

/** Plays on a stage of its own; afterwards the protocol with the model was kept, and no call is left. */
export async function onScene(
  options: StageOptions,
  notes: Notes,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const proxies: ToxicProxy[] = [];
  const through = async (url: string) => {
    const proxy = await startToxicProxy(url);
    proxies.push(proxy);
    return proxy.through(url);
  };
  const stage = await openStage({ lineTo: { model: through, product: through }, ...options });
  // The order in which a stage asks for them: the product's line first.
  const [toProduct, toModel = toProduct] = proxies;
  if (!toProduct || !toModel) throw new Error('a stage without lines');
  try {
    await play({ stage, toModel, toProduct, ...seen(stage) });
    for (const violation of stage.model.violations) notes.expect(false, `protocol: ${violation}`);
  } finally {
    await stage.close();
    const { live } = stage.app;
    notes.expect(live.count + live.expectedCount === 0, 'calls are left');
    for (const proxy of proxies) await proxy.close();
  }
}

function seen(stage: Stage): Pick<Scene, 'alarms' | 'counted' | 'readiness'> {
  return {
    alarms: () =>
      stage.log.flatMap((line) => {
        const { alarm, level } = JSON.parse(line) as { alarm?: string; level: string };
        return alarm !== undefined && level === 'error' ? [alarm] : [];
      }),
    async counted(series) {
      const text = await stage.app.metrics.render();
      const row = text.split('\n').find((one) => one.startsWith(series));
      return row ? Number(row.slice(row.lastIndexOf(' '))) : 0;
    },
    async readiness() {
      const reply = await stage.app.server.inject('/readyz');
      const { reasons } = reply.json() as { reasons: string[] };
      return { status: reply.statusCode, reasons };
    },
  };
}

/** Plays with the product as a process of its own. */
export async function onProcess(play: (stage: ProcessStage) => Promise<void>): Promise<void> {
  const stage = await openProcessStage();
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
}

/** The whole call so far was the agent's turn. */
export const wholeCall = (call: CarrierCall): Heard[] => [{ fromMs: 0, toMs: call.nowMs() }];

/** From the caller's last word until now it was the agent's turn. */
export const since = (call: CarrierCall, fromMs: number): Heard[] => [
  { fromMs, toMs: call.nowMs() },
];
