import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/call/call-record.ts';
import { onStage } from '../support/on-stage.ts';
import { databaseUrl, dropSchema, freshSchema } from '../support/postgres.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { ask } from '../support/raw-caller.ts';
import { expectConversationGoesOn, greeted } from '../support/spoken-turn.ts';
import { apiKey, greeting, type Stage, until } from '../support/stage.ts';

const headers = { authorization: `Bearer ${apiKey}` };
const statusOf = async ({ url }: Stage, path: string) =>
  (await ask(`${url}${path}`, { headers })).status;
const callsOf = async ({ url }: Stage): Promise<CallRecord[]> => {
  const { calls } = JSON.parse((await ask(`${url}/api/v1/calls`, { headers })).text);
  const whole = (calls as CallRecord[]).map(({ id }) =>
    ask(`${url}/api/v1/calls/${id}`, { headers }),
  );
  return (await Promise.all(whole)).map(({ text }) => JSON.parse(text));
};

describe.skipIf(databaseUrl === '')('PostgreSQL stands still in the middle of a call', () => {
  it('callers are heard and answered, a new one too; what was said is there when it is back', async () => {
    const schema = freshSchema();
    const proxy = await startPostgresProxy(databaseUrl);
    const url = new URL(proxy.url);
    url.searchParams.set('schema', schema);
    try {
      await onStage({ env: { DATABASE_URL: url.href } }, async (stage) => {
        const before = await greeted(stage);
        await until(async () => (await callsOf(stage)).length === 1, 'the call is written down');
        proxy.stall();
        await expectConversationGoesOn(before.call, before.model);
        const meanwhile = await greeted(stage);
        await expectConversationGoesOn(meanwhile.call, meanwhile.model);
        await before.call.hangUp();
        await meanwhile.call.hangUp();
        const waiting = join(stage.directory, 'data', 'calls-to-send');
        await until(async () => (await readdir(waiting)).length === 2, 'both wait', 20_000);
        expect(await statusOf(stage, '/readyz')).toBe(503);

        proxy.resume();
        await until(
          async () =>
            (await statusOf(stage, '/readyz')) === 200 &&
            (await callsOf(stage)).filter(({ state }) => state === 'ended').length === 2,
          'both are in the database',
          20_000,
        );
        for (const { transcript, recording } of await callsOf(stage)) {
          const texts = transcript.map(({ text }) => text);
          expect(texts).toEqual(expect.arrayContaining([greeting.text, 'Sim, pode falar.']));
          expect(recording).toMatchObject({ complete: true });
        }
        await until(async () => (await readdir(waiting)).length === 0, 'nothing waits any more');
        const said = stage.log.filter((line) => line.includes('wait on this machine'));
        expect(said).toHaveLength(1);
      });
    } finally {
      proxy.resume();
      await proxy.close();
      await dropSchema(schema);
    }
  }, 60_000);
});
