import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import { unkeptPromise } from '../../src/agent/promise-guard.ts';
import type { ToolContext } from '../../src/agent/tool.ts';
import { createStopCalls } from '../../src/agent/tools/stop-calls.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { openClinic } from '../support/identity-desk.ts';

const own = '+5588999990002';
const spoken = '+5511988887777';

let clinic: ClinicProfile;
beforeAll(async () => {
  clinic = await shippedClinic('aurora');
});

function open(rest: Partial<ToolContext> = { callerE164: own }) {
  const place = openClinic(clinic);
  const conversation = place.begin({ conversationId: 'call-1', ...rest });
  const rows: string[] = [];
  const tool = createStopCalls(conversation.desk, {
    kind: 'custom',
    keepAnswer: async (answer, callId) => void rows.push(`${answer} ${callId}`),
    neverAgain: () => Promise.reject(new Error('the tool knows the number itself')),
  });
  const listed = () => place.optOuts.list().map(({ e164, channel }) => `${e164} ${channel}`);
  const stop = (args: unknown = {}) => conversation.use(tool, args);
  return { ...place, ...conversation, rows, listed, stop };
}

describe('somebody who wants no more calls', () => {
  it.each(['voice', 'whatsapp', 'web-chat'] as const)(
    'by %s says so twice, and is not contacted on any channel any more',
    async (channel) => {
      const { stop, callerSpeaks, listed, optOuts, rows } = open({ channel, callerE164: own });
      callerSpeaks();
      expect(await stop()).toMatchObject({ output: { code: 'wait-for-caller' } });
      expect(await stop()).toMatchObject({ output: { code: 'wait-for-caller' } });
      expect(listed()).toEqual([]);
      callerSpeaks();
      expect(await stop()).toMatchObject({ outcome: 'ok' });
      expect(listed()).toEqual([`${own} ${channel}`]);
      expect(optOuts.has('+558899990002')).toBe(true);
      expect(rows).toEqual(['do-not-call call-1']);
    },
  );

  it('has said nothing yet: nothing is written', async () => {
    const { stop, listed } = open();
    for (let i = 0; i < 3; i += 1)
      expect(await stop()).toMatchObject({ output: { code: 'wait-for-caller' } });
    expect(listed()).toEqual([]);
  });

  it('asks again: the list and the deeds have it once', async () => {
    const { stop, callerSpeaks, listed, desk, metrics } = open();
    callerSpeaks();
    await stop();
    callerSpeaks();
    await stop();
    await stop();
    expect(listed()).toHaveLength(1);
    expect(desk.state.deeds).toEqual([{ type: 'calls-stopped' }]);
    expect(await metrics.render()).toMatch(/opt_outs_total\{channel="voice"\} 1/);
  });

  it('from a number that is not known is offered a message instead', async () => {
    const { stop, callerSpeaks, listed } = open({});
    callerSpeaks();
    await stop();
    callerSpeaks();
    expect(await stop()).toMatchObject({ outcome: 'refused', output: { code: 'unknown-number' } });
    expect(listed()).toEqual([]);
  });

  it('is not told that it is done when it could not be written', async () => {
    const { stop, callerSpeaks, desk } = open();
    desk.optOuts = { add: () => Promise.reject(new Error('the disk is full')) };
    callerSpeaks();
    await stop();
    callerSpeaks();
    await expect(stop()).rejects.toThrow('the disk is full');
    expect(desk.state.deeds).toEqual([]);
  });
});

describe('the number of somebody else', () => {
  it.each([
    { phone: spoken },
    { number: spoken },
    { e164: spoken },
    { callerE164: spoken },
    { __proto__: null, phone: own },
  ])('given as %j reaches nothing: not even the own number is written', async (args) => {
    const { stop, callerSpeaks, listed } = open();
    callerSpeaks();
    await stop();
    callerSpeaks();
    expect(await stop(args)).toMatchObject({ output: { code: 'invalid-arguments' } });
    expect(listed()).toEqual([]);
  });

  it('is never the one that is written, whatever is said before the call', async () => {
    const texts = readFileSync(
      new URL('../fixtures/injection-texts.jsonl', import.meta.url),
      'utf8',
    )
      .trim()
      .split('\n');
    for (const text of texts) {
      const { stop, callerSpeaks, listed } = open();
      callerSpeaks();
      await stop({ text, phone: spoken });
      await stop();
      callerSpeaks();
      await stop({ text, phone: spoken });
      await stop();
      expect(listed()).toEqual([`${own} voice`]);
    }
  });
});

describe('the agent who says that nobody will call any more', () => {
  const said = 'Pronto, tirei o seu número da nossa lista de ligações.';

  it('without having done it is corrected', () => {
    expect(unkeptPromise(said, { deeds: [], hold: undefined })?.kind).toBe('calls-stopped');
    expect(
      unkeptPromise('Certo, não vamos mais ligar para você.', { deeds: [], hold: undefined })?.kind,
    ).toBe('calls-stopped');
  });

  it('after having done it is right', () => {
    const state = { deeds: [{ type: 'calls-stopped' } as const], hold: undefined };
    for (const words of [
      said,
      'Pronto, não vamos mais ligar nem mandar mensagens para este número.',
    ])
      expect(unkeptPromise(words, state)).toBeUndefined();
  });

  it.each([
    'O que já está marcado continua valendo. Quer que este número não receba mais ligações nem mensagens nossas, nem lembretes?',
    'Este número não vai mais receber ligações nossas. Posso fazer isso?',
    'Quer que eu tire o seu número da lista?',
    'Se preferir, não vamos mais ligar.',
    'Não posso tirar o seu número da lista por aqui.',
  ])('asks or explains: “%s” promises nothing', (words) => {
    expect(unkeptPromise(words, { deeds: [], hold: undefined })).toBeUndefined();
  });
});
