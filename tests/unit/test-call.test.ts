import { afterEach, describe, expect, it } from 'vitest';
import { checkTestCall } from '../../src/doctor.ts';
import { createClock } from '../../src/platform/clock.ts';
import { findingLine } from '../../src/platform/finding.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import type { Answer } from '../../src/sandbox/carrier-call.ts';
import { startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { placeTestCall } from '../../src/twilio/test-call.ts';
import { accountSid, authToken } from '../support/stage.ts';

const own = '+558835430000';
const to = '+5588999990001';
const yes = async () => true;
const quick = () => new Promise((resolve) => setTimeout(resolve, 20));
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A Twilio on loopback, and the settings that lead to it. @param answer what the person does when it rings */
async function twilio(answer: Answer = 'answer') {
  const log = createLog('silent');
  const clock = createClock();
  const carrier = createSandboxCarrier({ accountSid, authToken, phoneNumber: own, clock, log });
  const rest = await startSandboxTwilioRest({
    carrier,
    accountSid,
    authToken,
    ringMs: 20,
    answerWith: () => answer,
  });
  cleanups.push(
    () => rest.close(),
    () => carrier.close(),
  );
  const environment = {
    OPENAI_API_KEY: 'sk-test',
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_PHONE_NUMBER: own,
    TWILIO_API_URL: rest.url,
    PUBLIC_URL: 'https://voz.example.com',
  };
  const test = async (more: Partial<Parameters<typeof checkTestCall>[1]> = {}, env = {}) => {
    const options = { to, confirm: yes, directory: '/srv', pause: quick, ...more };
    const [finding] = await checkTestCall({ ...environment, ...env }, options);
    return finding ? findingLine(finding) : '';
  };
  return { carrier, rest, test };
}

describe('the doctor’s test call', () => {
  it('rings once, says one sentence in Portuguese, and says that it was heard', async () => {
    const { carrier, test } = await twilio();
    expect(await test()).toMatch(/^ok {4}test call +\+5588999990001 was rung, answered/);
    const calls = [...carrier.calls.values()];
    expect(calls.map((call) => [call.to, call.from])).toEqual([[to, own]]);
    expect(calls[0]?.performed.map(({ verb }) => verb)).toEqual(['say', 'hangup']);
    expect(calls[0]?.performed[0]).toMatchObject({ language: 'pt-BR' });
  });

  it('asks first, names both numbers, and rings nobody without a yes', async () => {
    const { carrier, test } = await twilio();
    const questions: string[] = [];
    const confirm = async (question: string) => {
      questions.push(question);
      return false;
    };
    expect(await test({ confirm })).toMatch(/^warn {2}test call +nobody was called/);
    expect(questions.join()).toContain(`${to} from ${own}`);
    expect(carrier.calls.size).toBe(0);
  });

  it.each(['busy', 'no-answer'] as const)('that finds the line %s says so', async (answer) => {
    const { test } = await twilio(answer);
    expect(await test()).toMatch(
      new RegExp(`^warn {2}test call .*nobody answered it \\(${answer}`),
    );
  });

  it('is not placed in the sandbox, nor without a number to call from', async () => {
    const { carrier, test } = await twilio();
    const none = { OPENAI_API_KEY: '', TWILIO_AUTH_TOKEN: '' };
    expect(await test({}, none)).toMatch(/^fail .*no Twilio keys/);
    expect(await test({}, { TWILIO_PHONE_NUMBER: '' })).toMatch(/^fail .*TWILIO_PHONE_NUMBER/);
    expect(carrier.calls.size).toBe(0);
  });

  it.each(['190', '88999990001', '', '+1900555', own, '+34600000000'])(
    'to %s is refused',
    async (wrong) => {
      const { carrier, test } = await twilio();
      expect(await test({ to: wrong })).toMatch(/^fail {2}test call +--test-call: /);
      expect(carrier.calls.size).toBe(0);
    },
  );

  it('that may be ringing is not tried again', async () => {
    let placed = 0;
    const account = {
      sayTo: async () => {
        placed += 1;
        return { outcome: 'unknown' as const };
      },
      findCalls: async () => ({ outcome: 'failed' as const }),
    };
    const finding = await placeTestCall(account, { to, from: own, confirm: yes });
    expect(findingLine(finding)).toMatch(/^fail .*not tried again/);
    expect(placed).toBe(1);
  });
});
