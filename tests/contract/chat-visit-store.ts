import { describe, expect, it } from 'vitest';
import type { ChatVisitStore } from '../../src/messaging/chat-visit-store.ts';
import { createId } from '../../src/platform/id.ts';
import { chatVisit } from '../support/chat-fixtures.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeChatVisitStore(
  driver: string,
  open: () => Promise<{ store: ChatVisitStore; close(): Promise<void> }>,
): void {
  describe(`visits of the chat kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;

    it('are found by key and by conversation, as they were last saved', async () => {
      const store = await fresh();
      const first = chatVisit({ conversationId: 'c1' });
      const other = chatVisit();
      for (const visit of [first, other]) await store.save(visit);
      expect(await store.findByKey(first.keyHash)).toEqual(first);
      expect(await store.findByConversation('c1')).toEqual(first);
      const moved = { ...first, conversationId: 'c2', misses: 2, name: 'Ana “Ó” 😀' };
      await store.save(moved);
      expect(await store.findByKey(first.keyHash)).toEqual(moved);
      expect(await store.findByConversation('c1')).toBeUndefined();
      expect(await store.findByConversation('c2')).toEqual(moved);
      expect(await store.findByKey('0'.repeat(64))).toBeUndefined();
    });

    it('are forgotten when they were not seen for long, and when they leave', async () => {
      const store = await fresh();
      const visits = [10, 20, 30].map((seenAtMs) => chatVisit({ seenAtMs }));
      for (const visit of visits) await store.save(visit);
      expect(await store.forget(20)).toBe(1);
      expect(await store.forget(20)).toBe(0);
      const [old, kept, left] = visits;
      expect(await store.findByKey(old?.keyHash ?? '')).toBeUndefined();
      await store.remove(left?.id ?? '');
      await store.remove(createId());
      expect(await store.findByKey(left?.keyHash ?? '')).toBeUndefined();
      expect(await store.findByKey(kept?.keyHash ?? '')).toEqual(kept);
    });

    it('are refused when they are none, and cannot be changed from outside', async () => {
      const store = await fresh();
      const visit = chatVisit();
      await expect(store.save({ ...visit, keyHash: 'the key' })).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
      });
      await store.save(visit);
      const read = await store.findByKey(visit.keyHash);
      if (read) read.name = 'mudado';
      expect((await store.findByKey(visit.keyHash))?.name).toBe(visit.name);
    });
  });
}
