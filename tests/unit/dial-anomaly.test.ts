import { describe, expect, it } from 'vitest';
import { unusualUntilMs } from '../../src/call/dial-anomaly.ts';
import { DialDenials } from '../../src/call/dial-denials.ts';
import type { Dial } from '../../src/call/dial-record.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryDialSuspensionStore } from '../../src/storage/file-dial-suspension-store.ts';
import { dial } from '../support/dial-fixtures.ts';

const minuteMs = 60_000;
const nowMs = 100 * minuteMs;

/** So many calls of one key, a second apart, that ended in this way. */
function calls(count: number, rest: Partial<Dial>, fromMs = nowMs - 30 * minuteMs): Dial[] {
  return Array.from({ length: count }, (_, i) =>
    dial({ state: 'known', callSid: `CA${i}`, sentAtMs: fromMs + i * 1_000, ...rest }),
  );
}
const answered = (durationS: number): Partial<Dial> => ({
  progress: { status: 'completed', durationS },
  answeredBy: 'human',
});
const lost: Partial<Dial> = { progress: { status: 'no-answer' } };

describe('the calls of a key', () => {
  it('that people answer are nothing unusual, however many', () => {
    expect(unusualUntilMs('main', calls(100, answered(90)), nowMs)).toBeUndefined();
  });

  it('that hardly anybody answers stop it until there are too few of them to judge by', () => {
    const dials = [...calls(18, lost), ...calls(2, answered(60))];
    expect(unusualUntilMs('main', dials.slice(1), nowMs)).toBeUndefined();
    const untilMs = unusualUntilMs('main', dials, nowMs) ?? 0;
    expect(untilMs).toBe(nowMs + 30 * minuteMs);
    expect(unusualUntilMs('main', dials, untilMs)).toBeUndefined();
  });

  it('that are over in six seconds are unusual, too', () => {
    const dials = [...calls(13, answered(5)), ...calls(7, answered(60))];
    expect(unusualUntilMs('main', dials, nowMs)).toBeDefined();
    expect(unusualUntilMs('main', calls(20, answered(7)), nowMs)).toBeUndefined();
  });

  it('of another key, of a list, or that go on do not count', () => {
    for (const rest of [
      { ...lost, keyId: 'another' },
      { ...lost, row: { listId: 'l', line: 1 } },
      { progress: { status: 'ringing' as const } },
    ])
      expect(unusualUntilMs('main', calls(40, rest), nowMs)).toBeUndefined();
  });

  it('that machines took were answered by nobody', () => {
    const machines = calls(20, { ...answered(30), answeredBy: 'machine' });
    expect(unusualUntilMs('main', machines, nowMs)).toBeDefined();
  });
});

it('a key that is suspended stays so for whoever opens the same store later', () => {
  const store = createMemoryDialSuspensionStore();
  const log = createLog('silent');
  const before = new DialDenials(store, log);
  const told = Array.from({ length: 50 }, () => before.note('leaked', nowMs));
  expect(told.filter(Boolean)).toHaveLength(1);
  const after = new DialDenials(store, log);
  expect(after.suspendedUntilMs('leaked', nowMs + 59 * minuteMs)).toBe(nowMs + 60 * minuteMs);
  expect(after.suspendedUntilMs('leaked', nowMs + 60 * minuteMs)).toBeUndefined();
  expect(after.suspendedUntilMs('another', nowMs)).toBeUndefined();
});
