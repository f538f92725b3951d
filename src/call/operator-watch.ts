import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Alarm, type Alarms, createAlarms } from '../platform/alarm.ts';
import type { Clock } from '../platform/clock.ts';
import type { DescriptorWatch } from '../platform/descriptor-watch.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallWatcher } from './call-event.ts';
import type { ToolUse } from './call-record.ts';

/** How often trouble is looked for. The breaker stays open for 10 s: nothing is missed. */
const lookEveryMs = 1_000;
/** Between two questions to the disk. */
const diskEveryMs = 30_000;
/** With less than this share free no new recording is begun: what is left belongs to the agenda. */
const leastFreeShare = 0.05;
/** A stall of this length is heard: the carrier's buffer is empty by then. */
const audibleStallMs = 500;
/** Looks without a stall after which the alarm is over: one minute. */
const quietLooks = 60;
/** So many lies an hour are more than a slip that was corrected on the spot. */
const promisesPerHour = 3;
const hourMs = 3_600_000;
const nanosecondsPerMs = 1e6;

/** Every alarm of this system; `docs/operations.md` says what to do about each. */
export const alarmMessages = {
  'model-unavailable':
    'The model cannot be used: new calls hear the fallback. Check key, quota and network.',
  'agenda-unusable': 'Nothing can be booked: the agenda cannot be written or reached.',
  'recording-failed': 'The recording of a call stopped early; the call went on.',
  'disk-nearly-full': 'Less than 5 % of a data disk is free: no new recordings are begun.',
  'agent-broke-promises':
    'The agent keeps saying that things were done that were not. Read the calls and their broken promises.',
  'tool-broken':
    'A tool of the agent breaks or takes too long; callers are told that it did not work.',
  'emergency-in-call':
    'A caller described an emergency and was told to call the ambulance. Read the call now.',
  'texts-unusable':
    'WhatsApp and the web chat cannot be taken in or answered; calls go on. Look at Redis, or at the disk.',
  'descriptors-exhausted':
    'The process cannot open one more file or socket: new calls hear the fallback.',
  'event-loop-slow': 'The process stood still long enough to be heard in calls.',
} as const;

export type AlarmName = keyof typeof alarmMessages;

/** What can be seen at one look. Absent: no trouble. */
export interface Look {
  modelTrouble?: string | undefined;
  agendaTrouble?: string | undefined;
  descriptorTrouble?: string | undefined;
  /** The smallest share of free space over the data disks, when it is known. */
  freeShare?: number | undefined;
  /** The longest stall since the last look. */
  stallMs: number;
}

/** Pure: which alarms a look raises and which it ends; one that is in neither stays as it is. */
export function judgeLook(look: Look): { raise: AlarmName[]; clear: AlarmName[] } {
  const raise: AlarmName[] = [];
  const clear: AlarmName[] = [];
  const judge = (name: AlarmName, isWrong: boolean) => (isWrong ? raise : clear).push(name);
  judge('model-unavailable', look.modelTrouble !== undefined);
  judge('agenda-unusable', look.agendaTrouble !== undefined);
  judge('descriptors-exhausted', look.descriptorTrouble !== undefined);
  if (look.freeShare !== undefined) judge('disk-nearly-full', look.freeShare < leastFreeShare);
  if (look.stallMs >= audibleStallMs) raise.push('event-loop-slow');
  return { raise, clear };
}

export interface OperatorWatchParts {
  watch: (watcher: CallWatcher) => () => void;
  modelTrouble: () => string | undefined;
  agendaTrouble: () => string | undefined;
  descriptors: DescriptorWatch;
  /** Directories whose disks are watched. */
  directories: readonly string[];
  send?: ((alarm: Alarm) => void) | undefined;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Free share of the disk of a directory; for tests. */
  freeShare?: (directory: string) => Promise<number | undefined>;
}

export interface OperatorWatch {
  alarms: Alarms<AlarmName>;
  /** Further trouble that each look asks for. */
  alsoAsk(name: AlarmName, trouble: () => string | undefined): void;
  /** False while the disk is nearly full. */
  mayRecord(): boolean;
  /** One look, now. */
  look(): void;
  stop(): void;
}

/** Looks at the process once a second and at what calls tell, and raises one alarm a fault. */
export function startOperatorWatch(parts: OperatorWatchParts): OperatorWatch {
  const alarms = createAlarms<AlarmName>({ ...parts, messages: alarmMessages });
  const delay = monitorEventLoopDelay({ resolution: 20 });
  const disks = new DiskWatch(parts);
  disks.look();
  const alsoAsked = new Map<AlarmName, () => string | undefined>();
  let looksSinceStall = 0;
  const unwatch = parts.watch(callWatcher(alarms, parts.clock));

  const look = (): void => {
    disks.look();
    parts.descriptors.look();
    const stallMs = delay.max / nanosecondsPerMs;
    delay.reset();
    // Not before the first look: starting a process is one long stall.
    delay.enable();
    const { raise, clear } = judgeLook({
      modelTrouble: parts.modelTrouble(),
      agendaTrouble: parts.agendaTrouble(),
      descriptorTrouble: parts.descriptors.trouble(),
      freeShare: disks.freeShare,
      stallMs,
    });
    for (const [name, trouble] of alsoAsked) (trouble() === undefined ? clear : raise).push(name);
    for (const name of raise) alarms.raise(name);
    for (const name of clear) alarms.clear(name);
    looksSinceStall = raise.includes('event-loop-slow') ? 0 : looksSinceStall + 1;
    if (looksSinceStall === quietLooks) alarms.clear('event-loop-slow');
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return {
    alarms,
    alsoAsk: (name, trouble) => void alsoAsked.set(name, trouble),
    mayRecord: () => disks.freeShare === undefined || disks.freeShare >= leastFreeShare,
    look,
    stop() {
      clearInterval(timer);
      delay.disable();
      unwatch();
    },
  };
}

/** What calls tell of faults and of their end. A whole recording ends the alarm of a broken one. */
function callWatcher(alarms: Alarms<AlarmName>, clock: Clock): CallWatcher {
  let brokenAtMs: number[] = [];
  const brokenTools = new Set<string>();
  const promiseBroken = () => {
    const nowMs = clock.monotonicMs();
    brokenAtMs = [...brokenAtMs, nowMs].filter((atMs) => nowMs - atMs < hourMs);
    if (brokenAtMs.length > promisesPerHour) alarms.raise('agent-broke-promises');
    else alarms.clear('agent-broke-promises');
  };
  const toolUsed = (tool: string, outcome: ToolUse['outcome']) => {
    if (outcome === 'failed' || outcome === 'timeout') {
      brokenTools.add(tool);
      alarms.raise('tool-broken', { tool, outcome });
    } else if (outcome === 'ok' && brokenTools.delete(tool) && brokenTools.size === 0) {
      alarms.clear('tool-broken');
    }
  };
  const emergency = () => {
    alarms.raise('emergency-in-call');
    // Nothing that lasts: the next one is another person's.
    alarms.clear('emergency-in-call');
  };
  return (event) => {
    if (event.type === 'promise-broken') promiseBroken();
    else if (event.type === 'emergency') emergency();
    else if (event.type === 'tool-used') toolUsed(event.use.name, event.use.outcome);
    else if (event.type === 'call-ended' && event.record.recording?.complete)
      alarms.clear('recording-failed');
  };
}

/** Asks the disks now and then, without anybody waiting. */
class DiskWatch {
  /** The smallest known; nothing before the first answer or when no disk answers. */
  freeShare: number | undefined;
  readonly #parts: OperatorWatchParts;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: OperatorWatchParts) {
    this.#parts = parts;
  }

  look(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#askedAtMs < diskEveryMs) return;
    this.#askedAtMs = nowMs;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const { directories, freeShare = freeShareOf } = this.#parts;
    const shares = await Promise.all(directories.map((directory) => freeShare(directory)));
    const known = shares.filter((share) => share !== undefined);
    this.freeShare = known.length > 0 ? Math.min(...known) : undefined;
  }
}

/** Undefined when the disk does not say, as some network and container file systems do not. */
async function freeShareOf(directory: string): Promise<number | undefined> {
  try {
    const { bavail, blocks } = await statfs(directory);
    return blocks > 0 ? bavail / blocks : undefined;
  } catch {
    return undefined;
  }
}
