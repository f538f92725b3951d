import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import type { OnMessage, SentMessage } from './rest-messages.ts';
import { notFound } from './rest-refusal.ts';
import { sendSigned, type WebhookAnswer } from './signed-request.ts';

/** A webhook that is not answered for so long was not answered: Twilio's own limit. */
const webhookMs = 15_000;
/** Files kept that people sent. */
const mostMedia = 200;
/** Between two reports on one message, in ms. */
const reportMs = 20;
/** Twilio's code for free text to somebody who has not written for a day. */
const outsideWindow = 63_016;
const windowMs = 24 * 3_600_000;

export interface PersonMessage {
  /** The webhook's address. */
  url: string;
  /** E.164, both. */
  from: string;
  to: string;
  text?: string;
  name?: string;
  /** Files that were sent along. */
  files?: { bytes: Buffer; contentType: string }[];
  /** The same message again, as Twilio does when it heard no answer. */
  messageSid?: string;
}

/** WhatsApp as Twilio shows it: signed webhooks in, reports on what was sent, files behind the account's key. */
export interface WhatsappNetwork {
  /** A person writes. Resolves with the product's answer. */
  write(message: PersonMessage): Promise<WebhookAnswer & { messageSid: string }>;
  onMessage: OnMessage;
  /** Whether somebody wrote to this number. */
  isWrittenTo(e164: string): boolean;
  media: ReadonlyMap<string, { bytes: Buffer; contentType: string }>;
  close(): void;
}

export interface WhatsappNetworkOptions {
  accountSid: string;
  authToken: string;
  /** Of the REST server, where files lie. */
  url: () => string;
  clock?: Pick<Clock, 'wallMs'>;
  onSent?: (message: SentMessage) => void;
}

export function createWhatsappNetwork(options: WhatsappNetworkOptions): WhatsappNetwork {
  const { accountSid, authToken, clock } = options;
  const media = new Map<string, { bytes: Buffer; contentType: string }>();
  /** When each person last wrote, by both numbers. */
  const wroteAtMs = new Map<string, number>();
  const writtenTo = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  const nowMs = () => clock?.wallMs() ?? 0;

  function keep(file: { bytes: Buffer; contentType: string }, messageSid: string): string {
    const path = `/2010-04-01/Accounts/${accountSid}/Messages/${messageSid}/Media/ME${hex()}`;
    media.set(path, file);
    const [oldest] = media.keys();
    if (media.size > mostMedia && oldest !== undefined) media.delete(oldest);
    return options.url() + path;
  }

  /** The last report comes before the one it follows: they are separate requests. */
  async function report(message: SentMessage, url: string): Promise<void> {
    const written = wroteAtMs.get(`${message.to} ${message.from}`);
    const isOpen = written !== undefined && nowMs() - written < windowMs;
    const isTaken = message.template !== undefined || isOpen || clock === undefined;
    const steps = isTaken ? ['sent', 'read', 'delivered'] : ['failed'];
    for (const MessageStatus of steps) {
      const params = {
        AccountSid: accountSid,
        MessageSid: message.sid,
        SmsSid: message.sid,
        MessageStatus,
        SmsStatus: MessageStatus,
        From: `whatsapp:${message.from}`,
        To: `whatsapp:${message.to}`,
        ChannelPrefix: 'whatsapp',
        ApiVersion: '2010-04-01',
        ...(MessageStatus === 'failed' ? { ErrorCode: String(outsideWindow) } : {}),
      };
      await sendSigned({ url, method: 'POST', params, authToken, timeoutMs: webhookMs }).catch(
        () => undefined,
      );
    }
  }

  return {
    media,
    isWrittenTo: (e164) => writtenTo.has(e164),
    async write({ url, from, to, text = '', name, files = [], messageSid = `SM${hex()}` }) {
      wroteAtMs.set(`${from} ${to}`, nowMs());
      writtenTo.add(to);
      const kept = files.map((file) => ({ url: keep(file, messageSid), type: file.contentType }));
      const params = {
        MessageSid: messageSid,
        SmsSid: messageSid,
        SmsMessageSid: messageSid,
        AccountSid: accountSid,
        From: `whatsapp:${from}`,
        To: `whatsapp:${to}`,
        WaId: from.slice(1),
        Body: text,
        NumMedia: String(kept.length),
        NumSegments: '1',
        SmsStatus: 'received',
        MessageType: kept.length > 0 ? 'media' : 'text',
        ApiVersion: '2010-04-01',
        ...(name ? { ProfileName: name } : {}),
        ...Object.fromEntries(
          kept.flatMap((file, index) => [
            [`MediaUrl${index}`, file.url],
            [`MediaContentType${index}`, file.type],
          ]),
        ),
      };
      const answer = await sendSigned({
        url,
        method: 'POST',
        params,
        authToken,
        timeoutMs: webhookMs,
      });
      return { ...answer, messageSid };
    },
    onMessage(message, statusCallback) {
      options.onSent?.(message);
      if (message.by !== 'whatsapp' || !statusCallback) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        void report(message, statusCallback);
      }, reportMs);
      timers.add(timer);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Files that people sent, for who has the account's key. */
export function addMediaRoutes(
  app: FastifyInstance,
  { accountSid }: { accountSid: string },
  media: WhatsappNetwork['media'],
): void {
  const base = `/2010-04-01/Accounts/${accountSid}/Messages/:message/Media/:media`;
  app.get<{ Params: { message: string; media: string } }>(base, async (request, reply) => {
    const file = media.get(request.url) ?? notFound();
    return reply.type(file.contentType).send(file.bytes);
  });
}

function hex(): string {
  return randomBytes(16).toString('hex');
}
