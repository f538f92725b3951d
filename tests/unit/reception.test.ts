import { describe, expect, it } from 'vitest';
import { CodedError } from '../../src/platform/errors.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';
import { smallClinic } from '../support/booking-desk.ts';
import { directReception, maria, memoryStores } from '../support/direct-desk.ts';

async function callerWith(stores = memoryStores()) {
  const { begin } = directReception({
    clinic: smallClinic(),
    clock: clockAt(thursdayMorning),
    stores,
  });
  const caller = begin({ callerE164: '+5588999990001' });
  const found = await caller.use('find_slots', { service: 'cardiologista' });
  const slots = [found.slots?.[0]?.slot];
  const firstFree = async () =>
    (await begin().use('find_slots', { service: 'cardiologista' })).slots?.[0]?.time;
  return {
    ...caller,
    firstFree,
    hold: () => caller.use('hold_slots', { slots }),
    async agree() {
      await caller.use('hold_slots', { slots });
      await caller.use('review_appointment', maria);
      caller.callerSpeaks();
    },
  };
}

describe('a caller who hangs up', () => {
  it('while the booking they agreed to is being written has it', async () => {
    const stores = memoryStores();
    const caller = await callerWith(stores);
    await caller.agree();
    const confirming = caller.use('confirm_appointment');
    await caller.desk.close();
    expect(await confirming).toMatchObject({ ok: true, status: 'booked' });
    const kept = await stores.appointments.list({ from: '2026-11-27', to: '2026-11-27' });
    expect(kept.map(({ status }) => status)).toEqual(['booked']);
    expect(await caller.firstFree()).toBe('08:30');
  });

  it('while a time is being held for them leaves it to others at once', async () => {
    const caller = await callerWith();
    const holding = caller.hold();
    await caller.desk.close();
    expect((await holding).ok).toBe(true);
    expect(await caller.firstFree()).toBe('08:00');
  });

  it('after hearing that it could not be booked has no booking, although only the answer was lost', async () => {
    const stores = memoryStores();
    const { confirm } = stores.schedule;
    stores.schedule.confirm = async (request) => {
      await confirm(request);
      throw new CodedError('STORE_WRITE_FAILED', 'the answer was lost');
    };
    const caller = await callerWith(stores);
    await caller.agree();
    expect((await caller.use('confirm_appointment')).ok).toBe(false);
    expect(await caller.firstFree()).toBe('08:30');
    await caller.desk.close();
    expect(await caller.firstFree()).toBe('08:00');
  });
});
