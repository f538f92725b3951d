import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { messageArguments, onStage, outputsGiven } from '../support/on-stage.ts';
import { redisUrl, removeKeys } from '../support/redis.ts';
import { answersWith, greeted, heardMs } from '../support/spoken-turn.ts';
import { until } from '../support/stage.ts';
import { startToxicProxy, type ToxicProxy } from '../support/toxic-proxy.ts';
import { openWhatsappStage } from '../support/whatsapp-stage.ts';

/** F-66: Redis is gone, silent or slow for a while. Calls do not notice; what is written is refused aloud or answered once. */

describe.skipIf(!redisUrl)('Redis in trouble (TEST_REDIS_URL)', { timeout: 150_000 }, () => {
  let proxy: ToxicProxy;
  let env: Record<string, string>;
  beforeEach(async () => {
    proxy = await startToxicProxy(redisUrl);
    env = { REDIS_URL: proxy.through(redisUrl), REDIS_PREFIX: `test-${createId()}` };
  });
  afterEach(async () => {
    await proxy.close();
    await removeKeys(env.REDIS_PREFIX ?? '');
  });
  const breakLine = () => {
    proxy.resetNew(true);
    proxy.reset();
  };

  it('gone in the middle of a call: the caller is served to the end, what was promised is kept', () =>
    onStage({ env }, async (stage) => {
      const { call, model } = await greeted(stage);
      breakLine();
      answersWith(model, { say: { text: 'Anotado.', audio: markedAudio(50, 600) } });
      model.callTool({ name: 'leave_message', arguments: messageArguments() });
      await until(() => heardMs(call, 50) === 600, 'what came of it is told');
      expect(outputsGiven(model)).toHaveLength(1);
      proxy.resetNew(false);
      await call.hangUp();
      expect((await stage.record(call)).requests).toHaveLength(1);
      expect(await stage.requests()).toHaveLength(1);
    }));

  it('gone: a message is not taken on, and nobody is told it was; back: what waited is answered, each once', async () => {
    const stage = await openWhatsappStage({ env });
    const state = () => stateOf(stage.url);
    try {
      const [early, late] = ['+5588999770001', '+5588999770002'];
      // Cut off between the webhook and the reply, which is due after a moment of quiet.
      expect((await stage.write(early, 'bom dia')).status).toBe(200);
      breakLine();
      const refused = await stage.write(late, 'tem alguém?');
      expect(refused.status).toBe(503);
      await until(async () => (await state()).impaired.length === 1, 'it says what does not work');
      expect(await state()).toMatchObject({ status: 'ready', impaired: ['redis-unreachable'] });
      await until(
        () => stage.log.some((line) => line.includes('"alarm":"texts-unusable"')),
        'the alarm',
      );
      proxy.resetNew(false);
      await until(() => stage.sentTo(early).length > 0, 'what waited is answered', 60_000);
      await until(async () => (await state()).impaired.length === 0, 'all works again', 20_000);
      // The carrier delivers it again, as it does after a 503 to the fallback address.
      const again = { messageSid: refused.messageSid };
      await stage.ask(late, 'tem alguém?', again);
      await stage.write(late, 'tem alguém?', again);
      await stage.ask(early, 'quero marcar uma consulta');
      expect(stage.sentTo(early)).toHaveLength(2);
      expect(stage.sentTo(late)).toHaveLength(1);
    } finally {
      await stage.close();
    }
  });

  it('a line on which nothing passes and which nobody closes is noticed: refused, said, and all goes on when it is back', async () => {
    const stage = await openWhatsappStage({ env, decide: () => ({ say: 'Bom dia!' }) });
    const stall = (isStalled: boolean) => {
      for (const direction of ['up', 'down'] as const) proxy.set(direction, { isStalled });
    };
    const isAway = async () => (await stateOf(stage.url)).impaired.includes('redis-unreachable');
    try {
      const [before, during] = ['+5588999770003', '+5588999770004'];
      // Taken on, and not answered yet.
      expect((await stage.write(before, 'olá')).status).toBe(200);
      stall(true);
      const begunMs = performance.now();
      const refused = await stage.write(during, 'olá');
      expect(refused.status).toBe(503);
      expect(performance.now() - begunMs).toBeLessThan(15_000);
      await until(isAway, 'it is said that Redis is away', 20_000);
      stall(false);
      proxy.reset();
      await until(async () => !(await isAway()), 'it is back', 30_000);
      const { messageSid } = refused;
      await until(
        async () => (await stage.write(during, 'olá', { messageSid })).status === 200,
        'what the carrier delivers once more is taken on',
        30_000,
      );
      for (const from of [before, during])
        await until(() => stage.sentTo(from).length > 0, 'a reply', 60_000);
      const { conversations } = stage.app.messaging;
      await until(
        async () => (await conversations.list({ isPending: true, limit: 1 })).length === 0,
        'all is done',
        30_000,
      );
      for (const from of [before, during])
        expect(stage.sentTo(from).map(({ body }) => body)).toEqual(['Bom dia!']);
      expect(stage.log.join()).not.toContain(before);
    } finally {
      await stage.close();
    }
  });

  it('without one a server does not start, and says why', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alo-no-redis-'));
    const nowhere = { REDIS_URL: 'redis://127.0.0.1:1' };
    await expect(openWhatsappStage({ env: nowhere, directory })).rejects.toMatchObject({
      code: 'QUEUE_UNUSABLE',
      message: expect.stringContaining('REDIS_URL'),
    });
    await rm(directory, { recursive: true, force: true });
  });
});

async function stateOf(url: string): Promise<{ status: string; impaired: string[] }> {
  const answer = (await (await fetch(`${url}/readyz`)).json()) as { status: string };
  return { impaired: [], ...answer };
}
