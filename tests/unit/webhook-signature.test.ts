import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, it } from 'vitest';
import { createSignatureCheck } from '../../src/twilio/webhook-signature.ts';

const authToken = '12345';
const publicUrl = 'https://voz.clinica.com.br';
const params = { CallSid: 'CA1', From: '+5511987654321', CallStatus: 'ringing' };

const sign = (url: string, fields: Record<string, unknown> = {}, token = authToken) =>
  getExpectedTwilioSignature(token, url, fields);
const check = (url = publicUrl) => createSignatureCheck({ authToken, publicUrl: url });

describe('a webhook', () => {
  it('with the signature of Twilio’s own example is accepted', () => {
    const example = createSignatureCheck({ authToken, publicUrl: 'https://example.com' });
    const fields = {
      Digits: '1234',
      To: '+18005551212',
      From: '+14158675310',
      Caller: '+14158675310',
      CallSid: 'CA1234567890ABCDE',
    };
    const signature = 'L/OH5YylLD5NRKLltdqwSvS0BnU=';
    expect(example.webhook('/myapp.php?foo=1&bar=2', signature, fields)).toBe(true);
    expect(example.webhook('/myapp.php?bar=2&foo=1', signature, fields)).toBe(false);
  });

  it.each([
    ['no path', 'https://voz.clinica.com.br', 'https://voz.clinica.com.br/incoming-call'],
    ['a trailing slash', 'https://voz.clinica.com.br/', 'https://voz.clinica.com.br/incoming-call'],
    ['a path prefix', 'https://h.com/voz', 'https://h.com/voz/incoming-call'],
    ['a prefix with a slash', 'https://h.com/voz/', 'https://h.com/voz/incoming-call'],
    ['loopback and a port', 'http://127.0.0.1:5050', 'http://127.0.0.1:5050/incoming-call'],
  ])('signed for a public address with %s is accepted', (_, base, signed) => {
    expect(check(base).webhook('/incoming-call', sign(signed, params), params)).toBe(true);
  });

  it('by GET is signed over its query as it was sent', () => {
    const url = '/incoming-call?From=%2B5511987654321&Name=Ana%20S%C3%A1';
    expect(check().webhook(url, sign(publicUrl + url), {})).toBe(true);
    expect(check().webhook(decodeURIComponent(url), sign(publicUrl + url), {})).toBe(false);
  });

  it('with a field that appears twice is accepted, also when the values come in another order', () => {
    const signature = sign(`${publicUrl}/incoming-call`, { ...params, Tag: ['a', 'b'] });
    expect(check().webhook('/incoming-call', signature, { ...params, Tag: ['b', 'a'] })).toBe(true);
    expect(check().webhook('/incoming-call', signature, { ...params, Tag: 'a' })).toBe(false);
  });

  const good = sign(`${publicUrl}/incoming-call`, params);
  it.each<[string, string | string[] | undefined]>([
    ['is missing', undefined],
    ['is empty', ''],
    ['came as a list', [good]],
    ['is cut short', good.slice(0, -1)],
    ['is longer', `${good}=`],
    ['differs in one character', `${good[0] === 'A' ? 'B' : 'A'}${good.slice(1)}`],
    ['was made with another token', sign(`${publicUrl}/incoming-call`, params, 'other')],
    ['is for another host', sign('https://evil.example/incoming-call', params)],
    ['is for http', sign('http://voz.clinica.com.br/incoming-call', params)],
    ['is for another port', sign('https://voz.clinica.com.br:8443/incoming-call', params)],
    ['is for the path with a slash', sign(`${publicUrl}/incoming-call/`, params)],
    ['is for another path', sign(`${publicUrl}/call-status`, params)],
    ['is for the websocket form', sign('wss://voz.clinica.com.br/incoming-call', params)],
    ['is for a URL with a query', sign(`${publicUrl}/incoming-call?bodySHA256=00`, params)],
  ])('whose signature %s is refused', (_, signature) => {
    expect(check().webhook('/incoming-call', good, params)).toBe(true);
    expect(check().webhook('/incoming-call', signature, params)).toBe(false);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a field more', { ...params, Extra: '1' }],
    ['a field less', { CallSid: 'CA1', From: '+5511987654321' }],
    ['a changed value', { ...params, From: '+5511900000000' }],
    ['a changed name', { callSid: 'CA1', From: params.From, CallStatus: 'ringing' }],
    ['a second value', { ...params, From: [params.From, '+5511900000000'] }],
    ['an empty list', { ...params, Extra: [] }],
    ['a nested list', { ...params, From: [[params.From]] }],
    ['a number for text', { ...params, CallStatus: 7 }],
    ['nothing', {}],
  ])('with %s is refused', (_, fields) => {
    expect(check().webhook('/incoming-call', good, fields)).toBe(false);
  });

  it('with a body hash in the query cannot bring fields that were not signed', () => {
    const url =
      '/incoming-call?bodySHA256=5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9';
    const signature = sign(publicUrl + url);
    expect(check().webhook(url, signature, {})).toBe(true);
    expect(check().webhook(url, signature, { CallSid: 'CA666' })).toBe(false);
  });

  it.each(['http://evil.example/incoming-call', 'incoming-call', '', '*'])(
    'whose request target is %j is refused without an error',
    (rawUrl) => {
      expect(check().webhook(rawUrl, sign(publicUrl + rawUrl, params), params)).toBe(false);
    },
  );

  it('under a public address that is no URL is refused without an error', () => {
    expect(check('nonsense').webhook('/incoming-call', good, params)).toBe(false);
  });
});

describe('a media stream’s handshake', () => {
  it.each([
    ['the address of the TwiML', 'wss://voz.clinica.com.br/media-stream'],
    ['that address and a slash', 'wss://voz.clinica.com.br/media-stream/'],
    ['that address with its port', 'wss://voz.clinica.com.br:443/media-stream'],
  ])('signed for %s is accepted', (_, signed) => {
    expect(check().upgrade('/media-stream', sign(signed))).toBe(true);
  });

  it('on loopback is signed for ws:// with the port', () => {
    const local = check('http://127.0.0.1:5050');
    expect(local.upgrade('/media-stream', sign('ws://127.0.0.1:5050/media-stream'))).toBe(true);
  });

  it('behind a path prefix is signed with the prefix', () => {
    const behind = check('https://h.com/voz/');
    expect(behind.upgrade('/media-stream', sign('wss://h.com/voz/media-stream'))).toBe(true);
    expect(behind.upgrade('/media-stream', sign('wss://h.com/media-stream'))).toBe(false);
  });

  it.each<[string, string | string[] | undefined]>([
    ['is missing', undefined],
    ['is for https://', sign(`${publicUrl}/media-stream`)],
    ['is for ws://', sign('ws://voz.clinica.com.br/media-stream')],
    ['is for another host', sign('wss://evil.example/media-stream')],
    ['is for another port', sign('wss://voz.clinica.com.br:8443/media-stream')],
    ['is for another path', sign('wss://voz.clinica.com.br/media')],
    ['is for the address with a query', sign('wss://voz.clinica.com.br/media-stream?token=1')],
    ['was made with another token', sign('wss://voz.clinica.com.br/media-stream', {}, 'other')],
    ['came as a list', [sign('wss://voz.clinica.com.br/media-stream')]],
  ])('whose signature %s is refused', (_, signature) => {
    expect(check().upgrade('/media-stream', signature)).toBe(false);
  });

  it('with an absolute request target is refused without an error', () => {
    const signature = sign('wss://voz.clinica.com.br/media-stream');
    expect(check().upgrade('ws://voz.clinica.com.br/media-stream', signature)).toBe(false);
  });
});
