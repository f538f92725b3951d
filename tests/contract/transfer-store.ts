import { describe, expect, it } from 'vitest';
import type { PendingTransfer } from '../../src/call/transfer-record.ts';
import type { TransferStore } from '../../src/call/transfer-store.ts';
import { CodedError } from '../../src/platform/errors.ts';

export function pendingTransfer(rest: Partial<PendingTransfer> = {}): PendingTransfer {
  return {
    id: 'transfer-0000000001',
    callSid: 'CA1',
    callId: 'abcdefghijklmnopqrstuvwxyz',
    clinicId: 'aurora',
    destinationId: 'recepcao',
    direction: 'inbound',
    from: '+5588999990002',
    to: '+558835430000',
    failedBefore: 0,
    failedTransfers: [['financeiro', 1]],
    deeds: [{ type: 'booked', id: 'abcdefghijklmnopqrstuvwxyz' }, { type: 'calls-stopped' }],
    staffAsked: 0,
    startedAtMs: 1_000,
    ...rest,
  };
}

interface Opened {
  store: TransferStore;
  close(): Promise<void>;
}

/** What every store of transfers does. */
export function describeTransferStore(driver: string, open: () => Promise<Opened>): void {
  const on = async (act: (store: TransferStore) => Promise<void>) => {
    const { store, close } = await open();
    try {
      await act(store);
    } finally {
      await close();
    }
  };
  const token = { value: 'token-1', expiresAtMs: 90_000 };

  describe(`transfers under way, kept in ${driver}`, () => {
    it('are found by id and by the token that is good now', () =>
      on(async (store) => {
        const first = pendingTransfer({ token });
        await store.put(first);
        expect(store.find(first.id)).toEqual(first);
        expect(store.findByToken('token-1')).toEqual(first);
        const next = { ...first, token: { ...token, value: 'token-2' }, staffAsked: 1 };
        await store.put(next);
        expect(store.findByToken('token-1')).toBeUndefined();
        expect(store.findByToken('token-2')).toEqual(next);
        await store.put(pendingTransfer({ settled: 'accepted' }));
        expect(store.findByToken('token-2')).toBeUndefined();
        expect(store.find(first.id)?.settled).toBe('accepted');
      }));

    it('are gone when they are over, and a second time is no trouble', () =>
      on(async (store) => {
        const { id } = pendingTransfer();
        await store.put(pendingTransfer({ token }));
        await store.remove(id);
        await store.remove(id);
        await store.remove('transfer-unknown-01');
        expect(store.find(id)).toBeUndefined();
        expect(store.findByToken('token-1')).toBeUndefined();
      }));

    it('whose end nobody told are forgotten after hours', () =>
      on(async (store) => {
        const old = pendingTransfer();
        await store.put(old);
        const later = { id: 'transfer-0000000002', startedAtMs: 6 * 3_600_000 };
        await store.put(pendingTransfer(later));
        expect(store.find(old.id)).toBeUndefined();
        expect(store.find(later.id)).toBeDefined();
      }));

    it('that are none are not written', () =>
      on(async (store) => {
        await expect(store.put(pendingTransfer({ callSid: '../x' }))).rejects.toBeInstanceOf(
          CodedError,
        );
        expect(store.find(pendingTransfer().id)).toBeUndefined();
      }));
  });
}
