import { describe, expect, it } from 'vitest';
import { readTwiml } from '../../src/sandbox/twiml-reader.ts';
import { askStaff, dialDestination } from '../../src/twilio/transfer-twiml.ts';

const publicUrl = 'https://voz.clinica.com.br';
const dial = {
  numberE164: '+551130000000',
  ringMs: 25_000,
  endedPath: '/transfer-ended?transfer=abc',
};

describe('dialling somebody for a caller', () => {
  it('rings for so long and asks what to do afterwards, with absolute addresses', () => {
    expect(readTwiml(dialDestination(dial, publicUrl, '+551140001234'))).toEqual({
      verbs: [
        {
          verb: 'dial',
          number: '+551130000000',
          attributes: {
            action: `${publicUrl}/transfer-ended?transfer=abc`,
            method: 'POST',
            timeout: '25',
            ringTone: 'br',
            callerId: '+551140001234',
          },
        },
      ],
    });
  });

  it('who is to be asked first names the question’s address beside the number', () => {
    const xml = dialDestination(
      { ...dial, whisperPath: '/transfer-whisper?token=x' },
      publicUrl,
      '',
    );
    const reading = readTwiml(xml);
    expect('verbs' in reading && reading.verbs[0]).toMatchObject({
      whisper: { url: `${publicUrl}/transfer-whisper?token=x`, method: 'POST' },
    });
    expect(xml).not.toContain('callerId');
  });
});

describe('asking the person called', () => {
  const question = {
    say: 'Ligação de Ana & <João>.',
    answerUrl: `${publicUrl}/a?t=1`,
    answerMs: 8_000,
  };

  it('hears a key or a word, waits so long, and hangs up when there is no answer', () => {
    const reading = readTwiml(askStaff(question));
    expect('verbs' in reading && reading.verbs).toMatchObject([
      {
        verb: 'gather',
        says: [question.say],
        action: { url: question.answerUrl, method: 'POST' },
        attributes: {
          input: 'dtmf speech',
          numDigits: '1',
          timeout: '8',
          actionOnEmptyResult: 'true',
          language: 'pt-BR',
        },
      },
      { verb: 'hangup' },
    ]);
  });

  it('cannot be spoiled by characters that no document may hold', () => {
    expect(readTwiml(askStaff({ ...question, say: 'Ana\u0000\u001b' }))).toHaveProperty('verbs');
  });
});

describe('the sandbox’s telephone company refuses', () => {
  const response = (inner: string) => readTwiml(`<Response>${inner}</Response>`);

  it.each([
    [
      'an address without a host',
      '<Dial action="/ended"><Number>+551130000000</Number></Dial>',
      15004,
    ],
    ['a whisper without a host', '<Dial><Number url="/w">+551130000000</Number></Dial>', 15004],
    ['a question without an action', '<Gather input="dtmf"><Say>Oi</Say></Gather>', 12200],
    [
      'a call within a question',
      '<Gather action="https://h/a"><Dial>+551130000000</Dial></Gather>',
      12200,
    ],
    ['a number that is none', '<Dial action="https://h/a"><Number>190</Number></Dial>', 13224],
  ])('%s', (_, xml, code) => {
    expect(response(xml)).toMatchObject({ problem: { code } });
  });
});
