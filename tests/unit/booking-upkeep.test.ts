import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepBookingsReconciled } from '../../src/agent/booking-upkeep.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';
import { bookDirectly, directReception, memoryStores } from '../support/direct-desk.ts';

const allDays = { from: '2000-01-01', to: '2100-01-01' };
const hourMs = 3_600_000;

describe('a booking whose file could not be written', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function bookedButPending() {
    const stores = memoryStores();
    const clock = clockAt(thursdayMorning);
    const { begin } = directReception({ clinic: await shippedClinic('aurora'), clock, stores });
    expect(await bookDirectly(begin({ callerE164: '+5588999990001' }))).toMatchObject({ ok: true });
    const [kept] = await stores.appointments.list(allDays);
    await stores.appointments.update(
      kept?.id ?? '',
      (one): Appointment => ({ ...one, status: 'pending' }),
    );
    const end = keepBookingsReconciled({ ...stores, clock, log: createLog('silent') });
    const status = async () => (await stores.appointments.list(allDays))[0]?.status;
    return { clock, end, status };
  }

  it('is mended within the hour, without a restart', async () => {
    const { clock, end, status } = await bookedButPending();
    clock.advance(hourMs);
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(await status()).toBe('booked');
    end();
  });

  it('is left to whoever is writing it while the agenda has only just decided', async () => {
    const { clock, end, status } = await bookedButPending();
    clock.advance(60_000);
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(await status()).toBe('pending');
    end();
    clock.advance(hourMs);
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(await status()).toBe('pending');
  });
});
