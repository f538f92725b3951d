/** An inbound message of WhatsApp, checked (twilio.com/docs/messaging/guides/webhook-request). */
export interface InboundMessage {
  messageSid: string;
  /** E.164, exactly as Twilio names it: some Brazilian ones lack the ninth digit, and answers go back there. */
  from: string;
  to: string;
  /** May be empty. */
  body: string;
  /** What the person calls themselves on WhatsApp: information, never an order. */
  profileName: string | undefined;
  media: { url: string; contentType: string }[];
}

/** Twilio sends ten at most. */
const mostMedia = 10;
/** WhatsApp's own limit; beyond it nothing is ours. */
const longestBody = 4_096;
const longestUrl = 2_000;

/** Nothing when it is no message of one person by WhatsApp: groups, other channels, damaged forms. */
export function parseInboundMessage(params: Record<string, unknown>): InboundMessage | undefined {
  const { MessageSid: messageSid, Body: body, NumMedia, ProfileName } = params;
  const from = whatsappNumber(params.From);
  const to = whatsappNumber(params.To);
  if (typeof messageSid !== 'string' || !/^(SM|MM)[A-Za-z0-9]{1,60}$/.test(messageSid))
    return undefined;
  if (from === undefined || to === undefined) return undefined;
  const media = Array.from({ length: Math.min(Number(NumMedia) || 0, mostMedia) }, (_, index) => ({
    url: params[`MediaUrl${index}`],
    contentType: params[`MediaContentType${index}`],
  }));
  return {
    messageSid,
    from,
    to,
    body: typeof body === 'string' ? body.slice(0, longestBody) : '',
    profileName: typeof ProfileName === 'string' ? ProfileName.slice(0, 200) : undefined,
    media: media.flatMap(({ url, contentType }) =>
      typeof url === 'string' && url.length <= longestUrl
        ? [{ url, contentType: typeof contentType === 'string' ? plainType(contentType) : '' }]
        : [],
    ),
  };
}

/** Of a number on WhatsApp; a group's address is none. */
function whatsappNumber(value: unknown): string | undefined {
  return typeof value === 'string'
    ? /^whatsapp:(?<e164>\+[1-9]\d{6,14})$/.exec(value)?.groups?.e164
    : undefined;
}

/** `audio/ogg; codecs=opus` → `audio/ogg`. */
export function plainType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase().slice(0, 100);
}

export interface MessageStatus {
  messageSid: string;
  delivery: 'queued' | 'sent' | 'delivered' | 'read' | 'failed';
  code: number | null;
}

const deliveries: ReadonlyMap<string, MessageStatus['delivery']> = new Map([
  ['accepted', 'queued'],
  ['scheduled', 'queued'],
  ['queued', 'queued'],
  ['sending', 'queued'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
]);

/** Checked fields of a message status callback; nothing when it is not one. */
export function parseMessageStatus(params: Record<string, unknown>): MessageStatus | undefined {
  const { MessageSid: messageSid, MessageStatus: status, ErrorCode } = params;
  const delivery = typeof status === 'string' ? deliveries.get(status) : undefined;
  if (typeof messageSid !== 'string' || !/^(SM|MM)[A-Za-z0-9]{1,60}$/.test(messageSid))
    return undefined;
  if (!delivery) return undefined;
  const code = Number(ErrorCode);
  return { messageSid, delivery, code: Number.isSafeInteger(code) && code > 0 ? code : null };
}
