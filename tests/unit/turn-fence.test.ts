import { expect, it } from 'vitest';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import type { TextModel } from '../../src/messaging/text-model.ts';
import type { TurnLeases } from '../../src/messaging/turn-leases.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createMemoryJobQueue } from '../../src/storage/memory-job-queue.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { until } from '../support/stage.ts';
import { whatsappDesk } from '../support/whatsapp-desk.ts';

/**
 * Two servers on one store, and leases that have ended while their holder stood still: whatever the first one still wants
 * to do then, nothing is said twice.
 */

const clinic = await shippedClinic('aurora');
const from = '+5588999990001';

/** Whoever asks holds it: as after a pause that was longer than the lease. */
function createLostLeases(): TurnLeases {
  let fence = 0;
  return {
    hold: async (_, work) => {
      fence += 1;
      return { outcome: 'done', result: await work({ fence }) };
    },
  };
}

/** Something that somebody stands still at. */
function createGate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let isReached = false;
  return {
    open: () => open(),
    reached: () => until(() => isReached, 'somebody stands here'),
    async pass() {
      isReached = true;
      await opened;
    },
  };
}

const says = (text: string, before: () => Promise<void> = async () => undefined): TextModel => ({
  async *respond() {
    await before();
    yield { type: 'delta', text };
    const usage = { inputTokens: 1, outputTokens: 1 };
    yield { type: 'done', text, calls: [], replay: [], usage, isCut: false };
  },
});

async function twoServers(parts: {
  models: [TextModel, TextModel];
  sending?: [() => Promise<void>, () => Promise<void>];
}) {
  const clock = createClock();
  const store = createMemoryConversationStore();
  const leases = createLostLeases();
  const sent: string[] = [];
  const server = (index: 0 | 1) =>
    whatsappDesk({
      ...{ clinic, clock, store, leases, model: parts.models[index], messageLength: 200 },
      jobs: createMemoryJobQueue({ clock, log: createLog('silent') }),
      async send(request) {
        await parts.sending?.[index]();
        if ('body' in request) sent.push(request.body);
        return { outcome: 'sent', messageSid: `SM${sent.length}` };
      },
    });
  const [a, b] = [server(0), server(1)];
  const { conversation } = await a.texts.receive({
    ...{ clinic: 'aurora', channel: 'whatsapp', senderKey: from },
    message: {
      id: 'SMin',
      atMs: clock.wallMs() - 60_000,
      kind: 'text',
      text: 'Bom dia',
      unheard: false,
    },
  });
  const newest = async () => (await store.find(conversation.id)) as Conversation;
  return { a, b, id: conversation.id, sent, newest, store };
}

it('a reply whose server stood still while another replied is not written', async () => {
  const still = createGate();
  const { a, b, id, newest } = await twoServers({
    models: [says('De quem parou.', still.pass), says('De quem seguiu.')],
  });
  const first = a.texts.takeTurn(id, { clinic });
  await still.reached();
  expect(await b.texts.takeTurn(id, { clinic })).toEqual({ do: 'answer' });
  still.open();
  expect(await first).toMatchObject({ do: 'wait' });
  const { lines, outbox } = await newest();
  const said = lines.flatMap((line) => (line.who === 'agent' ? line.text : []));
  expect(said).toEqual(['De quem seguiu.']);
  expect(outbox.map(({ text }) => text)).toEqual(['De quem seguiu.']);
  // Once more, as its job would: there is nothing left to answer.
  expect(await a.texts.takeTurn(id, { clinic })).toEqual({ do: 'nothing' });
});

const longReply = Array.from({ length: 12 }, (_, n) => `Esta é a frase de número ${n + 1}.`);
const parts = (sent: readonly string[]) => sent.join(' ').match(/número \d+/g) ?? [];

it('a message whose server stood still while sending is sent once, and known to be unknown', async () => {
  const still = createGate();
  const { a, b, id, sent, newest } = await twoServers({
    models: [says(longReply.join(' ')), says('')],
    sending: [still.pass, async () => undefined],
  });
  await a.texts.takeTurn(id, { clinic });
  const { outbox: due } = await newest();
  expect(due.length).toBeGreaterThan(1);
  const first = a.sender.deliver(id);
  await still.reached();
  expect(await b.sender.deliver(id)).toBe('done');
  still.open();
  expect(await first).toBe('elsewhere');
  const { outbox } = await newest();
  expect(outbox.map(({ state }) => state)).toEqual(['unknown', ...due.slice(1).map(() => 'sent')]);
  expect(sent).toHaveLength(due.length);
  expect(new Set(parts(sent)).size).toBe(longReply.length);
});

it('who stood still before it said what it is about to send sends nothing', async () => {
  const still = createGate();
  const { a, b, id, sent, newest, store } = await twoServers({
    models: [says('Uma resposta.'), says('')],
  });
  await a.texts.takeTurn(id, { clinic });
  const slow = createLateWriter(store, still.pass);
  const late = whatsappDesk({
    ...{ clinic, clock: createClock(), store: slow, model: says('') },
    leases: { hold: async (_, work) => ({ outcome: 'done', result: await work({ fence: 1 }) }) },
    jobs: createMemoryJobQueue({ clock: createClock(), log: createLog('silent') }),
    send: async () => {
      throw new Error('nothing may be sent from here');
    },
  });
  const first = late.sender.deliver(id);
  await still.reached();
  expect(await b.sender.deliver(id)).toBe('done');
  still.open();
  expect(await first).toBe('elsewhere');
  expect(sent).toEqual(['Uma resposta.']);
  expect((await newest()).outbox.map(({ state }) => state)).toEqual(['sent']);
});

/** Stands still before its second change. */
function createLateWriter(
  store: ReturnType<typeof createMemoryConversationStore>,
  pass: () => Promise<void>,
): ReturnType<typeof createMemoryConversationStore> {
  let changes = 0;
  return {
    ...store,
    async update(id, change) {
      changes += 1;
      if (changes === 2) await pass();
      return store.update(id, change);
    },
  };
}
