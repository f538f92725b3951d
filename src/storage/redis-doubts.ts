import { type Finding, fail, ok, warn } from '../platform/finding.ts';
import type { Log } from '../platform/log.ts';
import { openRedis } from './redis-connection.ts';

/** Pure: what of Redis' `INFO` says that it forgets. A Redis that does not tell is believed. */
export function doubtsOf(info: string): string[] {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const policy = value('maxmemory_policy');
  return [
    ...(value('aof_enabled') === '0' ? ['appendonly is off'] : []),
    ...(policy !== undefined && policy !== 'noeviction' ? [`maxmemory-policy is ${policy}`] : []),
  ];
}

/** For the doctor: it is there, and keeps what it is given. */
export async function checkRedis(url: string, log: Log): Promise<Finding[]> {
  const about = 'redis';
  const redis = await openRedis(url, log).catch(() => undefined);
  if (!redis) return [fail(about, 'REDIS_URL cannot be reached: check address, password and TLS.')];
  try {
    const doubts = doubtsOf(await redis.info().catch(() => ''));
    return doubts.length === 0
      ? [ok(about, 'can be reached and keeps what it is given')]
      : [warn(about, `may lose conversations: ${doubts.join(', ')} (docs/jobs.md).`)];
  } finally {
    redis.disconnect();
  }
}
