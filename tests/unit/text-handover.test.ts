import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import type { TextModel } from '../../src/messaging/text-model.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createMemoryJobQueue } from '../../src/storage/memory-job-queue.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { until } from '../support/stage.ts';
import { whatsappDesk } from '../support/whatsapp-desk.ts';

/**
 * A person of the clinic takes a conversation over and gives it back while somebody writes: whatever happens in whatever
 * order, the agent never speaks while it is held, and always after it is given back.
 */

type Step = 'person-writes' | 'take-over' | 'give-back' | 'staff-writes' | 'pause';
const steps: fc.Arbitrary<Step> = fc.constantFrom(
  'person-writes',
  'person-writes',
  'take-over',
  'give-back',
  'staff-writes',
  'pause',
);

const from = '+5588999990001';
const clinic = await shippedClinic('aurora');
const tick = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers after a moment, in which anything may happen. */
function slowModel(): TextModel {
  let answers = 0;
  return {
    async *respond() {
      await tick(Math.random() * 12);
      const text = `Resposta ${++answers}.`;
      yield { type: 'delta', text };
      await tick(Math.random() * 6);
      const usage = { inputTokens: 1, outputTokens: 1 };
      yield { type: 'done', text, calls: [], replay: [], usage, isCut: false };
    },
  };
}

async function play(script: readonly { step: Step; afterMs: number }[]): Promise<void> {
  const clock = createClock();
  const store = createMemoryConversationStore();
  const jobs = createMemoryJobQueue({ clock, log: createLog('silent') });
  /** True between the return of `takeOver` and the call of `giveBack`. */
  let isHeld = false;
  const wrong: string[] = [];
  const sent: { text: string; byAgent: boolean }[] = [];
  const { texts, worker } = whatsappDesk({
    clinic,
    clock,
    store,
    jobs,
    model: slowModel(),
    async send(request) {
      const text = 'body' in request ? request.body : '';
      const byAgent = text.startsWith('Resposta');
      if (isHeld && byAgent) wrong.push(text);
      await tick(Math.random() * 8);
      if (isHeld && byAgent) wrong.push(`${text}, which left before`);
      sent.push({ text, byAgent });
      return { outcome: 'sent', messageSid: `SM${sent.length}` };
    },
  });
  await worker.start();
  let messages = 0;
  const write = () =>
    worker.accept({
      clinic: 'aurora',
      messageSid: `SMin${++messages}`,
      from,
      body: `mensagem ${messages}`,
      media: [],
      atMs: clock.wallMs(),
    });
  const idOf = async () =>
    (await store.findOpen({ clinic: 'aurora', channel: 'whatsapp', senderKey: from }))?.id;
  await write();
  const id = await until(idOf, 'the conversation is open');
  for (const { step, afterMs } of script) {
    await tick(afterMs);
    if (step === 'person-writes') await write();
    else if (step === 'take-over') {
      await texts.takeOver(id, { name: 'Paula' });
      isHeld = true;
    } else if (step === 'give-back') {
      isHeld = false;
      await texts.giveBack(id);
    } else if (step === 'staff-writes')
      await texts.write(id, { text: 'Aqui é a Paula.', by: { name: 'Paula' } });
  }
  const settled = () =>
    until(
      async () => {
        const { waiting, running } = await jobs.counts();
        const conversation = await store.find(id);
        const isDone = conversation && (conversation.heldBy || !isPending(conversation));
        return waiting + running === 0 && isDone && conversation;
      },
      'everything is done',
      30_000,
    );
  await settled();
  isHeld = false;
  await texts.giveBack(id);
  await write();
  const end = await settled();
  expect(wrong).toEqual([]);
  expect(sent.at(-1)?.byAgent).toBe(true);
  const last = end.lines.filter(({ who }) => who !== 'note').at(-1);
  expect(last?.who).toBe('agent');
  // Nothing of what the person wrote was lost.
  const words = end.lines.flatMap((line) => (line.who === 'sender' ? line.text : []));
  expect(words).toHaveLength(messages);
  await jobs.close();
}

function isPending({ inbox, turn, answerDue, outbox }: Conversation): boolean {
  const isDue = outbox.some(({ state }) => state === 'due' || state === 'intent');
  return inbox.length > 0 || turn !== null || answerDue || isDue;
}

it('in 200 random interleavings the agent is silent while a person holds it, and speaks after', {
  timeout: 240_000,
}, async () => {
  const scripts = fc.array(fc.record({ step: steps, afterMs: fc.integer({ min: 0, max: 25 }) }), {
    minLength: 2,
    maxLength: 14,
  });
  const all = fc.sample(scripts, 200);
  // Beside each other: each has its own stores.
  for (let at = 0; at < all.length; at += 20) await Promise.all(all.slice(at, at + 20).map(play));
});
