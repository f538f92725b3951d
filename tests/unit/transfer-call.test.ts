import { describe, expect, it } from 'vitest';
import { emptyConversation } from '../../src/agent/conversation-state.ts';
import { createTransferCall } from '../../src/agent/tools/transfer-call.ts';
import { transferSchema } from '../../src/agent/transfer-setting.ts';
import { shippedClinic, staffRequest } from '../support/agent-fixtures.ts';
import { openClinic } from '../support/identity-desk.ts';

const finance = { id: 'financeiro', name: 'Financeiro', number: '+558835430002', kind: 'warm' };
const shipped = await shippedClinic('aurora');
const clinic = { ...shipped, transfers: [...shipped.transfers, transferSchema.parse(finance)] };

function open(rest: Parameters<ReturnType<typeof openClinic>['begin']>[0] = {}) {
  const stage = openClinic(clinic);
  const conversation = stage.begin(rest);
  const tool = createTransferCall(conversation.desk);
  const ask = (destination: string) => conversation.use(tool, { destination });
  return { ...stage, ...conversation, ask };
}

describe('a transfer', () => {
  it('waits for the caller’s answer, and is agreed with it', async () => {
    const { ask, callerSpeaks, desk } = open();
    callerSpeaks();
    expect((await ask('recepção')).output).toMatchObject({ code: 'wait-for-caller' });
    expect((await ask('recepção')).output).toMatchObject({ code: 'wait-for-caller' });
    expect(desk.state.agreedTransfer).toBeUndefined();
    callerSpeaks();
    expect(await ask('uma pessoa')).toMatchObject({
      outcome: 'ok',
      effects: [{ type: 'transfer-agreed', destination: 'recepcao' }],
    });
    expect(desk.state.agreedTransfer).toMatchObject({
      destination: { number: shipped.reception },
      failedBefore: 0,
    });
  });

  it('to somebody else than was offered is asked about anew', async () => {
    const { ask, callerSpeaks, desk } = open();
    await ask('recepção');
    callerSpeaks();
    expect((await ask('financeiro')).output).toMatchObject({ code: 'wait-for-caller' });
    expect(desk.state.agreedTransfer).toBeUndefined();
  });

  it('to a number is refused, counted and logged without the number', async () => {
    const { ask, callerSpeaks, logged, metrics } = open();
    callerSpeaks();
    expect((await ask('recepção, no 88 99999 8888')).output).toMatchObject({
      code: 'number-refused',
    });
    expect(await metrics.render()).toMatch(/transfers_total\{outcome="number-refused"\} 1/);
    expect(logged.join()).toContain('a transfer to a spoken number was refused');
    expect(logged.join()).not.toContain('99999');
  });

  it('that failed twice in this conversation is not tried again', async () => {
    const { ask, callerSpeaks, desk } = open();
    desk.state.failedTransfers.set('recepcao', 2);
    callerSpeaks();
    expect((await ask('recepção')).output).toMatchObject({ code: 'tried-enough' });
    expect((await ask('financeiro')).output).toMatchObject({ code: 'wait-for-caller' });
  });

  it.each(['whatsapp', 'web-chat'] as const)('by %s is not possible', async (channel) => {
    const { ask } = open({ channel });
    expect((await ask('recepção')).output).toMatchObject({ code: 'voice-only' });
  });
});

describe('a conversation that goes on after a transfer', () => {
  const request = staffRequest();
  const state = emptyConversation({
    deeds: [{ type: 'request-recorded', request }],
    failedTransfers: new Map([['recepcao', 1]]),
    offeredTransfer: 'recepcao',
  });

  it('knows what was done, and nothing of who is speaking or what they were shown', () => {
    expect(state.deeds).toEqual([{ type: 'request-recorded', request }]);
    expect(state.verifiedPatients.size).toBe(0);
    expect(state.shown.size).toBe(0);
    expect(state.hold).toBeUndefined();
  });

  it('has offered another try, which needs one more word of the caller', () => {
    expect(state.offeredTransfer).toEqual({ id: 'recepcao', atTurn: 0 });
    expect([...state.failedTransfers]).toEqual([['recepcao', 1]]);
  });
});
