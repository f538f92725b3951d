import type { Alarm } from './alarm.ts';
import { errorSummary } from './errors.ts';
import type { Log } from './log.ts';

/** An address that takes longer has lost this alarm; the log line is there in any case. */
const timeoutMs = 3_000;
/** Requests under way; further alarms are in the log only. */
const mostUnderWay = 8;

/** Posts each alarm as JSON `{name, since, count, message}`. Never awaited, never rejects, never follows a redirect. */
export function createAlarmWebhook(
  url: string | undefined,
  log: Log,
): ((alarm: Alarm) => void) | undefined {
  if (url === undefined) return undefined;
  let underWay = 0;
  const post = async (alarm: Alarm): Promise<void> => {
    try {
      const reply = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alarm),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await reply.body?.cancel();
      if (!reply.ok) log.warn({ alarm: alarm.name, status: reply.status }, 'alarm not taken');
    } catch (error) {
      log.warn({ alarm: alarm.name, cause: errorSummary(error).type }, 'alarm not delivered');
    }
  };
  return (alarm) => {
    if (underWay >= mostUnderWay) {
      log.warn({ alarm: alarm.name }, 'alarm not sent: too many under way');
      return;
    }
    underWay += 1;
    void post(alarm).finally(() => {
      underWay -= 1;
    });
  };
}
