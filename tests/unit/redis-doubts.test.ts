import { expect, it } from 'vitest';
import { doubtsOf } from '../../src/storage/redis-doubts.ts';

const info = (aof: number, policy: string) =>
  `# Memory\r\nmaxmemory_policy:${policy}\r\n# Persistence\r\naof_enabled:${aof}\r\n`;

it.each([
  ['keeps everything', info(1, 'noeviction'), []],
  ['forgets at a crash', info(0, 'noeviction'), ['appendonly is off']],
  ['throws away what is old', info(1, 'allkeys-lru'), ['maxmemory-policy is allkeys-lru']],
  ['does both', info(0, 'volatile-ttl'), ['appendonly is off', 'maxmemory-policy is volatile-ttl']],
  ['may not be asked', '', []],
])('a Redis that %s is told from its INFO', (_, text, doubts) => {
  expect(doubtsOf(text)).toEqual(doubts);
});
