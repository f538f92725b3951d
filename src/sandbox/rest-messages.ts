import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../platform/log.ts';
import { first, type Params, Refusal } from './rest-refusal.ts';

/** Messages remembered, for the demo and for tests. */
const mostMessages = 200;
/** Twilio's own limit, in characters. */
const longestBody = 1_600;

export interface SentMessage {
  sid: string;
  by: 'sms' | 'whatsapp';
  /** E.164. */
  to: string;
  from: string;
  body: string;
  /** Of a template, when it was sent by one; `body` is empty then. */
  template?: { sid: string; variables: Record<string, string> };
}

/** Told when a message was taken on. */
export type OnMessage = (message: SentMessage, statusCallback: string | undefined) => void;

export interface MessageRoutesOptions {
  accountSid: string;
  carrier: { phoneNumber: string };
  /** Further numbers of the account. */
  ownNumbers?: readonly string[];
  /** Numbers that people have written to: only those of the account are delivered to us. */
  isWrittenTo?: (e164: string) => boolean;
  onMessage?: OnMessage;
  log?: Log;
}

/** `POST …/Messages.json`: refuses what Twilio would refuse, and every field that this system has no reason to send. */
export function addMessageRoutes(
  app: FastifyInstance,
  {
    accountSid,
    carrier,
    ownNumbers = [],
    isWrittenTo = () => false,
    onMessage,
    log,
  }: MessageRoutesOptions,
): readonly SentMessage[] {
  const messages: SentMessage[] = [];
  const base = `/2010-04-01/Accounts/${accountSid}/Messages`;
  app.post<{ Body: Params }>(`${base}.json`, async (request, reply) => {
    const body = request.body ?? {};
    const own = [carrier.phoneNumber, ...ownNumbers];
    const message = readMessage(body, (e164) => own.includes(e164) || isWrittenTo(e164));
    messages.push(message);
    if (messages.length > mostMessages) messages.shift();
    // Whoever tries the product has no telephone of its patients: the log is their screen.
    log?.info({ by: message.by, delivered: message.body }, 'the sandbox delivered a message');
    onMessage?.(message, first(body.StatusCallback));
    return reply.code(201).send(toMessageJson(message, accountSid, base));
  });
  return messages;
}

const knownFields = ['To', 'From', 'Body', 'StatusCallback', 'ContentSid', 'ContentVariables'];

function readMessage(body: Params, isOwn: (e164: string) => boolean): SentMessage {
  const unknown = Object.keys(body).find((key) => !knownFields.includes(key));
  if (unknown !== undefined) throw new Refusal(400, 20001, `Unexpected parameter ${unknown}`);
  const to = first(body.To);
  const from = first(body.From);
  const text = first(body.Body);
  if (!to) throw new Refusal(400, 21604, "A 'To' phone number is required");
  if (!from) throw new Refusal(400, 21603, "A 'From' phone number is required");
  const receiver = readAddress(to);
  const sender = readAddress(from);
  if (!receiver) throw new Refusal(400, 21211, "Invalid 'To' Phone Number");
  if (!sender) throw new Refusal(400, 21212, "Invalid 'From' Phone Number");
  if (receiver.by !== sender.by) {
    throw new Refusal(
      400,
      63007,
      'Twilio could not find a Channel with the specified From address',
    );
  }
  if (!isOwn(sender.e164)) {
    throw new Refusal(400, 21606, "The 'From' number is not a valid message-capable number");
  }
  if (isOwn(receiver.e164)) {
    throw new Refusal(400, 21266, "'To' and 'From' number cannot be the same");
  }
  const callback = first(body.StatusCallback);
  if (callback !== undefined && !URL.canParse(callback))
    throw new Refusal(400, 21609, "Invalid 'StatusCallback' URL");
  const addressed = {
    sid: `SM${randomBytes(16).toString('hex')}`,
    by: receiver.by,
    to: receiver.e164,
    from: sender.e164,
  };
  const template = readTemplate(body);
  if (template) return { ...addressed, body: '', template };
  if (!text?.trim()) throw new Refusal(400, 21602, 'Message body is required');
  if (text.length > longestBody) {
    throw new Refusal(400, 21617, 'The concatenated message body exceeds the 1600 character limit');
  }
  return { ...addressed, body: text };
}

/** A template goes alone: its words in `Body` are not taken any more. */
function readTemplate(body: Params): SentMessage['template'] {
  const sid = first(body.ContentSid);
  if (sid === undefined) return undefined;
  if (!/^HX[0-9a-fA-F]{32}$/.test(sid) || first(body.Body) !== undefined)
    throw new Refusal(400, 21656, 'The ContentSid or ContentVariables Parameter is Invalid');
  try {
    const variables: unknown = JSON.parse(first(body.ContentVariables) ?? '{}');
    return { sid, variables: variables as Record<string, string> };
  } catch {
    throw new Refusal(400, 21656, 'The ContentVariables Parameter is Invalid');
  }
}

function readAddress(address: string): { by: SentMessage['by']; e164: string } | undefined {
  const said = /^(?<channel>whatsapp:)?(?<e164>\+[1-9]\d{6,14})$/.exec(address)?.groups;
  return said?.e164 ? { by: said.channel ? 'whatsapp' : 'sms', e164: said.e164 } : undefined;
}

function toMessageJson(message: SentMessage, accountSid: string, base: string) {
  const prefix = message.by === 'whatsapp' ? 'whatsapp:' : '';
  return {
    sid: message.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to: prefix + message.to,
    from: prefix + message.from,
    body: message.body,
    status: 'queued',
    direction: 'outbound-api',
    num_segments: '1',
    num_media: '0',
    price: null,
    price_unit: 'USD',
    error_code: null,
    error_message: null,
    uri: `${base}/${message.sid}.json`,
  };
}
