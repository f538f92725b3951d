import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DialogueLine } from '../../src/sandbox/dialogue-state.ts';
import { databaseUrl } from '../support/postgres.ts';
import { redisUrl } from '../support/redis.ts';
import { pass, until } from '../support/stage.ts';
import { openTextCluster, type TextCluster } from '../support/text-cluster.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

/** What was said since the agent last spoke, word for word: whose words they are is in them. */
function repeat(lines: readonly DialogueLine[]): { say: string } {
  const from = lines.findLastIndex(({ kind }) => kind === 'agent') + 1;
  const said = lines.slice(from).flatMap((line) => (line.kind === 'caller' ? line.text : []));
  return { say: `Li: ${said.join(' / ')}.` };
}

/** As long as several messages, each part with a number of its own. */
const mostParts = 5;
function atLength(lines: readonly DialogueLine[]): { say: string } {
  const { say } = repeat(lines);
  const parts = Array.from(
    { length: mostParts },
    (_, n) => `Parte ${n + 1} de: ${say} ${'e '.repeat(40)}fim.`,
  );
  return { say: parts.join('\n\n') };
}

const tick = (mostMs: number) => pass(Math.random() * mostMs);
const people = (count: number, series: number) =>
  Array.from({ length: count }, (_, n) => `+55889${series}${String(100_000 + n)}`);

/** Every reply is whole and in order, each part sent once at most. @returns parts of which nobody knows whether they were */
async function expectOnceOrUnknown(cluster: TextCluster, crowd: string[]): Promise<number> {
  let unknown = 0;
  for (const from of crowd) {
    const kept = await cluster.conversation(from);
    expect(kept).toMatchObject({ senderTurns: 1, inbox: [], turn: null });
    const outbox = kept?.outbox ?? [];
    expect(outbox.length).toBeGreaterThan(1);
    const sent = cluster.sentTo(from);
    expect(sent).toEqual([...new Set(sent)]);
    const texts = outbox.map(({ text }) => text);
    for (const text of sent) expect(texts).toContain(text);
    const certain = outbox.filter(({ state }) => state === 'sent').map(({ text }) => text);
    const open = outbox.filter(({ state }) => state === 'unknown').map(({ text }) => text);
    expect(outbox).toHaveLength(certain.length + open.length);
    // In order, each once; what may be missing, or late, is what nobody knows of.
    expect(sent.filter((text) => !open.includes(text))).toEqual(certain);
    unknown += open.length;
  }
  return unknown;
}

/** Both are needed: texts and leases in Redis, the agenda and who may come in in PostgreSQL. */
const isPossible = redisUrl !== '' && databaseUrl !== '';

describe.skipIf(!isPossible)(
  'two servers with a Redis and a PostgreSQL (TEST_REDIS_URL, TEST_DATABASE_URL)',
  { retry: 0 },
  () => {
    describe('whose model repeats what it read', () => {
      let cluster: TextCluster;
      beforeAll(async () => {
        cluster = await openTextCluster({ decide: repeat, paceMs: 5 });
      });
      afterAll(() => cluster.close());

      it('thirty people, twice five messages each, spread over both: one reply to each burst, in order, none mixed', async () => {
        const crowd = people(30, 81);
        for (const round of [1, 2]) {
          await Promise.all(
            crowd.map(async (from, n) => {
              for (let part = 1; part <= 5; part += 1) {
                await cluster.write(from, `pessoa ${n} vez ${round} parte ${part}`);
                await tick(60);
              }
            }),
          );
          await cluster.settled();
        }
        for (const [n, from] of crowd.entries()) {
          const expected = [1, 2].map((round) => {
            const words = [1, 2, 3, 4, 5].map((part) => `pessoa ${n} vez ${round} parte ${part}`);
            return `Li: ${words.join(' / ')}.`;
          });
          expect(cluster.sentTo(from)).toEqual(expected);
          const kept = await cluster.conversation(from);
          expect(kept).toMatchObject({ senderTurns: 2, inbox: [], turn: null });
        }
      });

      it('whoever takes a conversation over at either has silenced both, in random interleavings', async () => {
        const wrong: string[] = [];
        const play = async (from: string) => {
          const byAgent = () =>
            cluster.sent.filter(({ to, text }) => to === from && text.startsWith('Li:'));
          let messages = 0;
          const write = () => cluster.write(from, `mensagem ${++messages}`);
          const either = (): 0 | 1 => (Math.random() < 0.5 ? 0 : 1);
          await write();
          const { id } = await until(() => cluster.conversation(from), 'it is open', 20_000);
          const staff = async (name: string, body?: unknown) => {
            const { status } = await cluster.staff(either(), `conversations/${id}/${name}`, body);
            expect(status).toBe(200);
          };
          for (let round = 0; round < 3; round += 1) {
            await tick(2_500);
            await staff('take', {});
            const before = byAgent().length;
            await write();
            await tick(600);
            await staff('messages', { text: `Aqui é a equipe, vez ${round}.` });
            await write();
            await tick(2_500);
            if (byAgent().length > before) wrong.push(from);
            await staff('give-back');
            if (Math.random() < 0.5) await write();
          }
          return { from, id, messages: () => messages };
        };
        const played = await Promise.all(people(12, 82).map(play));
        await cluster.settled();
        expect(wrong).toEqual([]);
        for (const { from, id, messages } of played) {
          const kept = await cluster.store.find(id);
          const words = kept?.lines.flatMap((line) => (line.who === 'sender' ? line.text : []));
          // Nothing was lost, everything once; what staff wrote arrived in order; the agent has the last word.
          expect([...(words ?? [])].sort()).toEqual(
            Array.from({ length: messages() }, (_, n) => `mensagem ${n + 1}`).sort(),
          );
          const sent = cluster.sentTo(from);
          expect(sent.filter((text) => text.startsWith('Aqui'))).toEqual(
            [0, 1, 2].map((round) => `Aqui é a equipe, vez ${round}.`),
          );
          expect(sent.at(-1)).toMatch(/^Li:/);
        }
      });

      it('a visit of the page that was begun at one goes on at the other, also at both at once', async () => {
        let cookie = '';
        const ask = async (server: 0 | 1, path: string, message?: string) => {
          const answer = await fetch(`${cluster.servers[server].url}${path}`, {
            method: message === undefined ? 'GET' : 'POST',
            headers: { cookie, 'content-type': 'application/json' },
            ...(message === undefined ? {} : { body: JSON.stringify({ message }) }),
          });
          expect(answer.status).toBe(200);
          cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
          return (await answer.json()) as { answer: string; lines: { text: string }[] };
        };
        await ask(0, '/initial-message', 'Ana Lima');
        expect((await ask(1, '/chat_ai', 'primeira')).answer).toBe('Li: primeira.');
        expect((await ask(0, '/chat_ai', 'segunda')).answer).toBe('Li: segunda.');
        const both = await Promise.all([
          ask(0, '/chat_ai', 'terceira'),
          ask(1, '/chat_ai', 'quarta'),
        ]);
        // Two messages at once are answered together, or one after the other: each once.
        const words = both.map(({ answer }) => answer).join(' ');
        for (const text of ['terceira', 'quarta'])
          expect(words.match(new RegExp(text, 'g'))).toHaveLength(1);
        for (const server of [0, 1] as const) {
          const { lines } = await ask(server, '/chat/history');
          const texts = lines.map(({ text }) => text);
          expect(texts.slice(0, 4)).toEqual([
            'primeira',
            'Li: primeira.',
            'segunda',
            'Li: segunda.',
          ]);
          expect(texts.filter((text) => !text.startsWith('Li:'))).toHaveLength(4);
        }
      });
    });

    it('one of them is killed twenty times in the middle of replies: each part arrives once, or is known to be unknown', async () => {
      const cluster = await openTextCluster({
        decide: atLength,
        paceMs: 20,
        env: { WHATSAPP_MESSAGE_LENGTH: '200' },
      });
      try {
        const rounds = 20;
        const crowd = people(rounds * 3, 83);
        let interrupted = 0;
        for (let round = 0; round < rounds; round += 1) {
          const three = crowd.slice(round * 3, round * 3 + 3);
          await Promise.all(three.map((from) => cluster.write(from, `sou ${from.slice(-6)}`)));
          const [server] = cluster.servers;
          if (round % 2 === 0) {
            // When their replies are written, after 1.5 s of quiet.
            await pass(1_500 + Math.random() * 1_000);
          } else {
            // When the carrier has one of their messages and has not said so yet.
            const nth = cluster.sent.length + 1 + Math.floor(Math.random() * mostParts);
            cluster.onSent(() => {
              if (cluster.sent.length === nth) server.process.kill('SIGKILL');
            });
            await until(() => cluster.sent.length >= nth, 'a message leaves', 60_000);
          }
          interrupted += (await cluster.store.list({ isPending: true, limit: 100 })).length;
          await server.killAndRestart();
        }
        await cluster.settled(180_000);
        const unknown = await expectOnceOrUnknown(cluster, crowd);
        process.stdout.write(
          `${interrupted} conversations were at work at a kill, ${unknown} messages are unknown\n`,
        );
        expect(interrupted).toBeGreaterThan(rounds);
        expect(unknown).toBeLessThanOrEqual(rounds);
      } finally {
        await cluster.close();
      }
    });

    it('one of them stands still for longer than its leases last, and wakes up: nothing is said twice', async () => {
      const cluster = await openTextCluster({
        decide: atLength,
        paceMs: 20,
        env: { WHATSAPP_MESSAGE_LENGTH: '200' },
      });
      try {
        const crowd = people(12, 84);
        const [server] = cluster.servers;
        await Promise.all(crowd.map((from) => cluster.write(from, `sou ${from.slice(-6)}`)));
        // Some replies are being written, some messages have just left.
        const nth = 1 + Math.floor(Math.random() * mostParts);
        cluster.onSent(() => {
          if (cluster.sent.length === nth) server.process.kill('SIGSTOP');
        });
        await until(() => cluster.sent.length >= nth, 'a message leaves', 60_000);
        const nothingIsOpen = async () =>
          (await cluster.store.list({ isPending: true, limit: 1 })).length === 0;
        await until(nothingIsOpen, 'the other has done it all', 120_000);
        const before = cluster.sent.length;
        server.process.kill('SIGCONT');
        await cluster.settled();
        const unknown = await expectOnceOrUnknown(cluster, crowd);
        process.stdout.write(
          `${cluster.sent.length - before} messages after it woke up, ${unknown} are unknown\n`,
        );
      } finally {
        cluster.servers[0].process.kill('SIGCONT');
        await cluster.close();
      }
    });
  },
);
