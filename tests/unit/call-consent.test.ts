import { describe, expect, it } from 'vitest';
import { type ConsentSetting, consentSchema } from '../../src/agent/clinic-consent.ts';
import { CallConsent, type Floor } from '../../src/call/call-consent.ts';
import { CallRecording } from '../../src/call/call-recording.ts';

/** A call without sound; its clock stands at what the test says. */
function callOf(setting: Partial<ConsentSetting> = {}) {
  const said: [string, boolean][] = [];
  const at = { ms: 1_000 };
  const recording = new CallRecording({
    open: () => ({
      caller: () => undefined,
      agent: () => undefined,
      close: () => Promise.resolve({ durationMs: 1, complete: true }),
      discard: () => Promise.resolve(),
    }),
    file: () => 'call.wav',
  });
  const consent = new CallConsent({
    setting: consentSchema.parse(setting),
    recording,
    journal: () => undefined,
    say: ({ prompt }, atOnce) => said.push([prompt, atOnce]),
    tellModel: () => undefined,
    nowMs: () => at.ms,
  });
  const floor = (more: Partial<Floor> = {}) =>
    consent.elapse({ callerSpeaking: false, replying: false, quietMs: 0, ...more });
  const hears = (text: string, more: { interrupted?: true; itemId?: string } = {}) =>
    consent.agentHeard({
      speaker: 'agent',
      source: 'speech',
      startMs: 0,
      itemId: 'i1',
      text,
      ...more,
    });
  const greets: typeof hears = (text, more) => {
    consent.replyDone(true);
    hears(text, more);
  };
  return { consent, recording, said, floor, hears, greets };
}

const greeting =
  'Olá! Aqui é a Lia, assistente virtual. Esta ligação PODE ser gravada... Pois não?';

describe('the notice in a greeting', () => {
  it('counts when all of it was said and heard, whatever its punctuation', () => {
    const { greets, floor, recording, said } = callOf();
    greets(greeting);
    floor();
    expect(recording.isOn).toBe(true);
    expect(said).toEqual([]);
  });

  it('does not count before the model has finished: more of the line may follow', () => {
    const { greets, floor, recording } = callOf();
    greets(greeting);
    floor({ replying: true });
    expect(recording.isOn).toBe(false);
    greets(greeting, { interrupted: true });
    floor();
    expect(recording.isOn).toBe(false);
  });

  it.each([
    ['was cut off', greeting, { interrupted: true as const }],
    ['said something else', 'Olá, pois não?', {}],
  ])('is told again by a prompt when it %s', (_, text, more) => {
    const { consent, greets, floor, recording, said } = callOf();
    greets(text, more);
    floor();
    expect(said).toEqual([['gravacao-notice', false]]);
    expect(recording.isOn).toBe(false);
    consent.sentenceTold('gravacao-notice', true);
    expect(recording.isOn).toBe(true);
  });

  it.each([
    ['failed or was cut', (consent: CallConsent) => consent.replyDone(false)],
    ['never came to its end', () => undefined],
  ])('does not count when the reply %s: its words run ahead of its sound', (_, happens) => {
    const { consent, hears, floor, recording, said } = callOf();
    happens(consent);
    hears(greeting);
    floor();
    expect(recording.isOn).toBe(false);
    expect(said).toEqual([['gravacao-notice', false]]);
  });

  it('is not made of a prompt that was played meanwhile', () => {
    const { consent, floor, said } = callOf();
    consent.agentHeard({
      speaker: 'agent',
      source: 'prompt',
      startMs: 0,
      itemId: 'prompt:0',
      text: 'Um momento, por favor.',
    });
    floor();
    expect(said).toEqual([]);
  });
});

describe('a question in a greeting', () => {
  const question = { policy: 'question' } as const;
  const asked = 'Olá! Posso gravar esta ligação, para a segurança do seu atendimento? Sim ou não?';

  it('is asked again at once after six seconds of silence, not while the caller speaks', () => {
    const { greets, floor, said } = callOf(question);
    greets(asked);
    floor();
    floor({ quietMs: 5_900 });
    floor({ quietMs: 6_100, callerSpeaking: true });
    expect(said).toEqual([]);
    floor({ quietMs: 6_000 });
    expect(said).toEqual([['gravacao-question-again', true]]);
  });

  it('is no longer asked of who is in danger', () => {
    const { consent, greets, floor, said, recording } = callOf(question);
    greets(asked);
    floor();
    consent.giveUp();
    floor({ quietMs: 60_000 });
    consent.callerSaid('sim');
    expect(said).toEqual([]);
    expect(recording.isOn).toBe(false);
  });

  it('keeps no transcript without a yes where the clinic wants none', () => {
    const { consent, greets, floor } = callOf({ ...question, transcript: false });
    expect(consent.keepsTranscript).toBe(false);
    greets(asked);
    floor();
    consent.callerSaid('pode sim');
    expect(consent.keepsTranscript).toBe(true);
    consent.callerSaid('não grave mais');
    expect(consent.keepsTranscript).toBe(false);
  });
});
