import { describe, expect, it } from 'vitest';
import { clinicForWhatsapp, loadClinics } from '../../src/agent/clinic-loader.ts';
import { parseInboundMessage, parseMessageStatus } from '../../src/twilio/message-webhook.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';

const form = {
  MessageSid: `SM${'a1'.repeat(16)}`,
  From: 'whatsapp:+558899990001',
  To: 'whatsapp:+558835430000',
  Body: 'Oi',
  NumMedia: '0',
  ProfileName: 'Marina',
};

describe('a webhook of WhatsApp', () => {
  it('is a message of one person', () => {
    expect(parseInboundMessage(form)).toEqual({
      messageSid: form.MessageSid,
      from: '+558899990001',
      to: '+558835430000',
      body: 'Oi',
      profileName: 'Marina',
      media: [],
    });
  });

  it('names its files by their plain type', () => {
    const media = {
      NumMedia: '1',
      MediaUrl0: 'https://api.twilio.com/x',
      MediaContentType0: 'audio/ogg; codecs=opus',
    };
    expect(parseInboundMessage({ ...form, ...media })?.media).toEqual([
      { url: 'https://api.twilio.com/x', contentType: 'audio/ogg' },
    ]);
  });

  it.each([
    ['a group', { From: 'whatsapp:120363025246125486@g.us' }],
    ['an SMS', { From: '+558899990001' }],
    ['no number', { To: undefined }],
    ['a field given twice', { From: [form.From, form.From] }],
    ['no id', { MessageSid: '../../etc' }],
  ])('%s is none', (_, change) => {
    expect(parseInboundMessage({ ...form, ...change })).toBeUndefined();
  });

  it('longer than WhatsApp allows is cut, and a storm of files is bounded', () => {
    expect(parseInboundMessage({ ...form, Body: 'x'.repeat(9_000) })?.body).toHaveLength(4_096);
    const files = Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`MediaUrl${n}`, 'u']));
    expect(parseInboundMessage({ ...form, ...files, NumMedia: '1e9' })?.media).toHaveLength(10);
  });
});

describe('a report on a message', () => {
  it.each([
    ['accepted', 'queued'],
    ['sending', 'queued'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'failed'],
  ])('%s: %s', (MessageStatus, delivery) => {
    const report = { MessageSid: form.MessageSid, MessageStatus };
    expect(parseMessageStatus(report)).toMatchObject({ delivery, code: null });
  });

  it('says why it failed; what is unknown is none', () => {
    const failed = { MessageSid: form.MessageSid, MessageStatus: 'failed', ErrorCode: '63016' };
    expect(parseMessageStatus(failed)?.code).toBe(63_016);
    expect(parseMessageStatus({ ...failed, MessageStatus: 'new' })).toBeUndefined();
  });
});

it('a message belongs to the clinic whose number was written to, and to no other', async () => {
  const clinics = await loadClinics(clinicsDirectory);
  expect(clinicForWhatsapp(clinics, '+558835430000')?.id).toBe('aurora');
  expect(clinicForWhatsapp(clinics, '+551155550100')?.id).toBe('estrategia');
  expect(clinicForWhatsapp(clinics, '+551155550199')).toBeUndefined();
});
