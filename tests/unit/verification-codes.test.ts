import { describe, expect, it } from 'vitest';
import {
  type CodeMessage,
  createVerificationCodes,
  type VerificationCodesOptions,
} from '../../src/agent/verification-codes.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';
import { codeIn, settled } from '../support/identity-desk.ts';

const to = '+5588999998888';
const minute = 60_000;

function open(options: Partial<VerificationCodesOptions> = {}) {
  const clock = clockAt(thursdayMorning);
  const sent: CodeMessage[] = [];
  const logged: string[] = [];
  const metrics = createMetrics();
  const codes = createVerificationCodes({
    send: async (message) => {
      sent.push(message);
      return { outcome: 'sent' };
    },
    clock,
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
    metrics,
    ...options,
  });
  const ask = (rest: Partial<Parameters<typeof codes.send>[0]> = {}) =>
    codes.send({
      conversationId: 'call-1',
      clinicName: 'Clínica Aurora',
      to,
      patient: 'maria',
      by: 'sms',
      ...rest,
    });
  const say = (code: string, conversationId = 'call-1') => codes.check({ conversationId, code });
  return { ask, clock, logged, metrics, say, sent };
}

describe('a code', () => {
  it('is sent to the number on file behind the answer, without a word about health', async () => {
    const { ask, sent } = open({ random: () => 7 });
    expect(ask()).toBe('accepted');
    expect(sent).toEqual([]);
    await settled();
    expect(sent).toEqual([
      {
        to,
        by: 'sms',
        text: 'Clínica Aurora: seu código é 000 007. Vale por 5 minutos. Não informe a ninguém que ligar para você.',
      },
    ]);
  });

  it('opens what it was sent for, once', async () => {
    const { ask, say, sent } = open();
    ask();
    await settled();
    const code = codeIn(sent[0]);
    expect(say(code)).toEqual({ patient: 'maria' });
    expect(say(code)).toBe('wrong');
  });

  it('lives for five minutes', async () => {
    const { ask, clock, say, sent } = open();
    ask();
    await settled();
    clock.advance(5 * minute - 1);
    const code = codeIn(sent[0]);
    expect(say(code)).toEqual({ patient: 'maria' });
    ask();
    await settled();
    clock.advance(5 * minute);
    expect(say(codeIn(sent[1]))).toBe('wrong');
  });

  it('is refused at the fourth try even if it is right, and not at the third', async () => {
    const { ask, say } = open({ random: () => 123_456 });
    ask();
    expect([say('000000'), say('000001'), say('123456')]).toEqual([
      'wrong',
      'wrong',
      { patient: 'maria' },
    ]);
    ask();
    expect([say('000000'), say('000001'), say('000002'), say('123456')]).toEqual(
      Array(4).fill('wrong'),
    );
  });

  it('belongs to its conversation', async () => {
    const { ask, say, sent } = open();
    ask();
    await settled();
    expect(say(codeIn(sent[0]), 'call-2')).toBe('wrong');
  });

  it('is replaced by the next one', async () => {
    const numbers = [111_111, 222_222];
    const { ask, say } = open({ random: () => numbers.shift() ?? 0 });
    ask();
    ask();
    expect(say('111111')).toBe('wrong');
    expect(say('222222')).toEqual({ patient: 'maria' });
  });

  it('comes from the whole range', () => {
    const asked: number[] = [];
    const { ask } = open({
      random: (below) => {
        asked.push(below);
        return below - 1;
      },
    });
    ask();
    expect(asked).toEqual([1_000_000]);
  });
});

describe('asking for codes', () => {
  it('is answered alike when nothing on file matches, and no digits open anything', async () => {
    const { ask, say, sent } = open({ random: () => 0 });
    expect([ask({ to: undefined }), ask({ to: undefined }), ask({ to: undefined })]).toEqual(
      Array(3).fill('accepted'),
    );
    expect(ask({ to: undefined })).toBe('too-many');
    await settled();
    expect(sent).toEqual([]);
    expect(say('000000')).toBe('wrong');
  });

  it('a fourth time within an hour is refused in a conversation, and allowed after it', () => {
    const { ask, clock } = open();
    expect([ask(), ask(), ask(), ask()]).toEqual(['accepted', 'accepted', 'accepted', 'too-many']);
    clock.advance(60 * minute);
    expect(ask()).toBe('accepted');
  });

  it('for one number in many conversations sends three an hour and tells nobody', async () => {
    const { ask, clock, sent } = open();
    const answers = Array.from({ length: 8 }, (_, i) => ask({ conversationId: `call-${i}` }));
    await settled();
    expect(new Set(answers)).toEqual(new Set(['accepted']));
    expect(sent).toHaveLength(3);
    clock.advance(60 * minute);
    ask({ conversationId: 'call-9' });
    await settled();
    expect(sent).toHaveLength(4);
  });
});

describe('a message that cannot be sent', () => {
  it.each([
    ['is refused', async () => ({ outcome: 'refused' })],
    [
      'throws with number and code in its words',
      async ({ to: number, text }: CodeMessage) => {
        throw new Error(`${number}: ${text}`);
      },
    ],
  ] as const)('when it %s: counted and logged, without number or code', async (_, send) => {
    const { ask, logged, metrics } = open({ send, random: () => 123_456 });
    expect(ask()).toBe('accepted');
    await settled();
    await settled();
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('could not be sent');
    expect(logged[0]).not.toMatch(/999998888|123 ?456/);
    expect(await metrics.render()).toContain('verification_codes_total{outcome="failed"} 1');
  });
});
