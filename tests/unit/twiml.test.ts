import { describe, expect, it } from 'vitest';
import {
  connectStream,
  emptyResponse,
  fallback,
  hangup,
  type StreamOffer,
  twimlContentType,
} from '../../src/twilio/twiml.ts';

const prolog = '<?xml version="1.0" encoding="UTF-8"?>';
const apology = 'Tivemos um problema. Vamos transferir a sua ligação.';
const say = `<Say voice="Polly.Camila-Neural" language="pt-BR">${apology}</Say>`;
const offer: StreamOffer = {
  streamUrl: 'wss://voz.clinica.com.br/media-stream',
  streamStatusUrl: 'https://voz.clinica.com.br/stream-status',
  parameters: { token: 'k3J', from: '+5511987654321' },
  apology,
};

describe('the answer that connects a call to the agent', () => {
  it('opens the stream first and keeps the way to the reception after it', () => {
    const xml = connectStream({
      ...offer,
      receptionE164: '+551130000000',
      callerId: '+551140001234',
    });
    expect(xml).toBe(
      `${prolog}<Response><Connect><Stream url="wss://voz.clinica.com.br/media-stream" name="main"` +
        ' statusCallback="https://voz.clinica.com.br/stream-status" statusCallbackMethod="POST">' +
        '<Parameter name="token" value="k3J"/><Parameter name="from" value="+5511987654321"/>' +
        `</Stream></Connect>${say}<Dial callerId="+551140001234">+551130000000</Dial></Response>`,
    );
  });

  it('without a reception ends in a hang-up, without a caller id dials plainly', () => {
    expect(connectStream(offer)).toMatch(
      /<\/Connect><Say [^>]*>[^<]+<\/Say><Hangup\/><\/Response>$/,
    );
    const dialling = connectStream({ ...offer, receptionE164: '+551130000000' });
    expect(dialling).toMatch(/<\/Say><Dial>\+551130000000<\/Dial><\/Response>$/);
  });

  it.each(['?token=k3J', '#x'])('is not written for a stream address that ends in %s', (ending) => {
    expect(() => connectStream({ ...offer, streamUrl: offer.streamUrl + ending })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('leaves out a parameter that Twilio would refuse, and keeps the longest it takes', () => {
    const parameters = { fits: 'x'.repeat(495), long: 'y'.repeat(496), token: 'k3J' };
    const xml = connectStream({ ...offer, parameters });
    expect(xml).toContain(`name="fits" value="${'x'.repeat(495)}"`);
    expect(xml).not.toContain('name="long"');
    expect(xml).toContain('name="token"');
  });

  it('survives a hostile caller id', () => {
    const from = `"><Dial>+5511900000000</Dial><x y="\u0000\u001b\ud800\r\n&`;
    const xml = connectStream({ ...offer, parameters: { from } });
    expect(xml).not.toContain('<Dial>');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
    expect(xml).not.toMatch(/[\u0000-\u0008\u001b]|\p{Surrogate}/u);
    expect(xml).toContain('value="&quot;>&lt;Dial>+5511900000000');
    expect(xml.match(/<Parameter /g)).toHaveLength(1);
  });

  it('never waits in silence', () => {
    expect(connectStream({ ...offer, receptionE164: '+551130000000' })).not.toContain('<Pause');
  });
});

describe('the answer without an agent', () => {
  it('apologises and transfers', () => {
    const xml = fallback({ apology, receptionE164: '+551130000000', callerId: '+551140001234' });
    expect(xml).toBe(
      `${prolog}<Response>${say}<Dial callerId="+551140001234">+551130000000</Dial></Response>`,
    );
  });

  it('apologises and hangs up when there is nobody to transfer to', () => {
    expect(fallback({ apology })).toBe(`${prolog}<Response>${say}<Hangup/></Response>`);
  });

  it('keeps accents and escapes what XML would misread', () => {
    expect(fallback({ apology: 'Olá & <até> já 👋' })).toContain('>Olá &amp; &lt;até&gt; já 👋<');
  });
});

it('a hang-up and an empty answer are whole documents', () => {
  expect(hangup()).toBe(`${prolog}<Response><Hangup/></Response>`);
  expect(emptyResponse()).toBe(`${prolog}<Response/>`);
  expect(twimlContentType).toBe('text/xml; charset=utf-8');
});
