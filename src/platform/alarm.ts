import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** A fault that lasts is told again after this long: whoever took the first message may have gone home. */
const remindAfterMs = 15 * 60_000;
/** A fault that comes and goes is told at most this often. */
const flapMs = 60_000;

/** What a person is told. No personal data: names and messages are fixed, the rest are numbers. */
export interface Alarm<Name extends string = string> {
  name: Name;
  /** ISO 8601, when the fault was first seen. */
  since: string;
  /** Times it was seen since then, this one included. */
  count: number;
  message: string;
}

export interface Alarms<Name extends string> {
  /** The fault was seen. Told once, again after 15 minutes. @param fields for the log line only */
  raise(name: Name, fields?: Record<string, string | number>): void;
  /** The fault is over. */
  clear(name: Name): void;
  /** Faults that are not over, oldest first. */
  standing(): Alarm<Name>[];
}

interface Fault {
  isStanding: boolean;
  sinceWallMs: number;
  count: number;
  toldAtMs: number;
}

export interface AlarmParts<Name extends string> {
  /** Every alarm there is, with its sentence for the operator: what is wrong and what it does. */
  messages: Readonly<Record<Name, string>>;
  clock: Clock;
  log: Log;
  metrics: Pick<Metrics, 'count'>;
  /** Takes an alarm further, like to a webhook. Not waited for; must not reject. */
  send?: ((alarm: Alarm<Name>) => void) | undefined;
}

/** One message a fault: a log line, and where `send` takes it. */
export function createAlarms<Name extends string>(parts: AlarmParts<Name>): Alarms<Name> {
  const { messages, clock, log, metrics, send } = parts;
  const faults = new Map<Name, Fault>();
  const alarmOf = (name: Name, { sinceWallMs, count }: Fault): Alarm<Name> => ({
    name,
    since: new Date(sinceWallMs).toISOString(),
    count,
    message: messages[name],
  });
  return {
    raise(name, fields = {}) {
      const nowMs = clock.monotonicMs();
      const known = faults.get(name);
      const fault = seenAgain(known, clock.wallMs());
      faults.set(name, fault);
      if (nowMs - fault.toldAtMs < (known?.isStanding ? remindAfterMs : flapMs)) return;
      fault.toldAtMs = nowMs;
      const alarm = alarmOf(name, fault);
      metrics.count('alarms_total', { name });
      log.error({ ...fields, alarm: name, since: alarm.since, count: alarm.count }, alarm.message);
      send?.(alarm);
    },
    clear(name) {
      const fault = faults.get(name);
      if (!fault?.isStanding) return;
      fault.isStanding = false;
      log.info({ alarm: name, count: fault.count }, 'the fault of an alarm is over');
    },
    standing: () =>
      [...faults].flatMap(([name, fault]) => (fault.isStanding ? [alarmOf(name, fault)] : [])),
  };
}

/** A fault that had ended begins anew, but remembers when it was last told. */
function seenAgain(known: Fault | undefined, wallMs: number): Fault {
  if (known?.isStanding) return { ...known, count: known.count + 1 };
  const toldAtMs = known?.toldAtMs ?? Number.NEGATIVE_INFINITY;
  return { isStanding: true, sinceWallMs: wallMs, count: 1, toldAtMs };
}
