import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { redisUrl, removeKeys } from '../support/redis.ts';
import { until } from '../support/stage.ts';
import { startToxicProxy, type ToxicProxy } from '../support/toxic-proxy.ts';
import { openWhatsappStage, type WhatsappStage } from '../support/whatsapp-stage.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describe.skipIf(!redisUrl)('a Redis that goes away, with a Redis (TEST_REDIS_URL)', () => {
  const prefix = `test-${createId().slice(0, 12)}`;
  let line: ToxicProxy;
  let stage: WhatsappStage;
  beforeAll(async () => {
    line = await startToxicProxy(redisUrl);
    stage = await openWhatsappStage({
      env: { REDIS_URL: line.through(redisUrl), REDIS_PREFIX: prefix },
      decide: () => ({ say: 'Bom dia!' }),
    });
  });
  afterAll(async () => {
    await stage.close();
    await line.close();
    await removeKeys(prefix);
  });

  const ready = async () => {
    const answer = await fetch(`${stage.url}/readyz`);
    return {
      status: answer.status,
      reasons: ((await answer.json()) as { reasons: string[] }).reasons,
    };
  };
  const isAway = async () => (await ready()).reasons.includes('redis-unreachable');
  const repliesTo = (from: string) => stage.sentTo(from).map(({ body }) => body);

  it('a line on which nothing passes and which nobody closes is noticed: refused, said, and all goes on when it is back', async () => {
    const goAway = () => {
      for (const direction of ['up', 'down'] as const) line.set(direction, { isStalled: true });
    };
    const [before, during] = [1, 2].map(
      () => `+5588996${String(Math.floor(Math.random() * 900_000) + 100_000)}`,
    ) as [string, string];
    // Taken on, and not answered yet: 1.5 s of quiet are waited for.
    expect((await stage.write(before, 'olá')).status).toBe(200);
    goAway();
    const refused = await stage.write(during, 'olá');
    expect(refused.status).toBe(503);
    await until(isAway, 'it is said that Redis is away', 20_000);
    expect(await ready()).toMatchObject({ status: 503 });
    for (const direction of ['up', 'down'] as const) line.set(direction, {});
    line.reset();
    await until(async () => !(await isAway()), 'it is back', 30_000);
    // Twilio delivers what it was refused once more.
    const { messageSid } = refused;
    await until(
      async () => (await stage.write(during, 'olá', { messageSid })).status === 200,
      'it is taken on',
      30_000,
    );
    await until(
      () => repliesTo(before).length > 0 && repliesTo(during).length > 0,
      'replies',
      60_000,
    );
    await until(
      async () =>
        (await stage.app.messaging.conversations.list({ isPending: true, limit: 1 })).length === 0,
      'all is done',
      30_000,
    );
    expect(repliesTo(before)).toEqual(['Bom dia!']);
    expect(repliesTo(during)).toEqual(['Bom dia!']);
    expect(stage.log.join()).not.toContain(before);
  });

  it('without one a server does not start, and says why', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alo-no-redis-'));
    const env = { REDIS_URL: 'redis://127.0.0.1:1' };
    await expect(openWhatsappStage({ env, directory })).rejects.toMatchObject({
      code: 'QUEUE_UNUSABLE',
      message: expect.stringContaining('REDIS_URL'),
    });
    await rm(directory, { recursive: true, force: true });
  });
});
