import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Clock } from '../platform/clock.ts';
import { CodedError, errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Conversation, Inbound } from './conversation-record.ts';
import type { ConversationStore } from './conversation-store.ts';
import { type Job, type JobEnd, type JobQueue, jobRules } from './job-store.ts';
import type { OutboxSender } from './outbox-sender.ts';
import { nextToSend } from './outbox-steps.ts';
import type { TextConversations } from './text-conversations.ts';
import { type BurstRules, burstRules, isLookedForLater } from './turn-decision.ts';
import { lookAgainMs } from './turn-leases.ts';

/** Bytes of a voice note: WhatsApp allows 16 MB, of speech 5 MB are half an hour. */
const mostNoteBytes = 5 * 1024 * 1024;
/** Tries to fetch one, the jobs' pauses between them. */
const mostDownloads = 3;
const noteTypes: ReadonlySet<string> = new Set([
  'audio/ogg',
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/amr',
  'audio/wav',
  'audio/x-wav',
  'audio/webm',
]);

const incomingSchema = z.strictObject({
  clinic: z.string(),
  messageSid: z.string(),
  from: z.string(),
  body: z.string(),
  profileName: z.string().optional(),
  media: z.array(z.strictObject({ url: z.string(), contentType: z.string() })),
  atMs: z.number().int(),
});
/** What a webhook leaves for the worker. */
export type IncomingWhatsapp = z.output<typeof incomingSchema>;

const ofConversation = z.strictObject({
  conversation: z.string(),
  /** Of a turn: the message that brought it about, if one did. */
  message: z.string().optional(),
});

type MediaResult =
  | { outcome: 'ready'; bytes: Buffer; contentType: string }
  /** failed: it may be there in a moment. */
  | { outcome: 'refused' | 'failed' };

export interface WhatsappWorkerParts {
  jobs: Pick<JobQueue, 'add' | 'start'>;
  texts: TextConversations;
  sender: OutboxSender;
  store: ConversationStore;
  clinicOf(id: string): ClinicProfile | undefined;
  download: (
    url: string,
    limits: { mostBytes: number; types: ReadonlySet<string> },
  ) => Promise<MediaResult>;
  transcribe: (note: { bytes: Buffer; contentType: string }) => Promise<string>;
  /** How long parts of one thought are waited for. */
  rules?: BurstRules;
  clock: Clock;
  log: Log;
}

export interface WhatsappWorker {
  /** Durable when it resolves. */
  accept(message: IncomingWhatsapp): Promise<'added' | 'exists'>;
  /** Begins to work, also on what a process before us left undone. */
  start(): Promise<void>;
  turnDue(conversation: Conversation): void;
  sendDue(conversation: Conversation): void;
}

/** From a message that came in to the messages that go out, each step a job that survives the process. */
export function createWhatsappWorker(parts: WhatsappWorkerParts): WhatsappWorker {
  const { jobs, texts, sender, store, rules = burstRules, clock, log } = parts;

  async function takeIn(data: unknown, attempt: number): Promise<JobEnd> {
    const incoming = incomingSchema.parse(data);
    const { clinic, from: senderKey, profileName: senderName } = incoming;
    const sender = { clinic, channel: 'whatsapp' as const, senderKey, senderName };
    // Its place among what is written meanwhile is kept while it is heard.
    if (isVoiceNote(incoming))
      await texts.receive({ ...sender, message: { ...voiceNote(incoming, ''), isComing: true } });
    const message = await toInbound(incoming, attempt);
    if (!message) return 'done';
    const { conversation } = await texts.receive({ ...sender, message });
    // Also when the message was taken in before: the process may have died right here.
    await jobs.add({
      id: `turn-${conversation.id}-${incoming.messageSid}`,
      kind: 'turn',
      data: { conversation: conversation.id, message: incoming.messageSid },
      delayMs: rules.quietMs,
    });
    return 'done';
  }

  /** Nothing for what has neither words nor anything to acknowledge. */
  async function toInbound(
    incoming: IncomingWhatsapp,
    attempt: number,
  ): Promise<Inbound | undefined> {
    const { messageSid: id, atMs, body, media } = incoming;
    const text = body.trim();
    const [first] = media;
    if (!first) return text === '' ? undefined : { id, atMs, kind: 'text', text, unheard: false };
    if (isVoiceNote(incoming)) return voiceNote(incoming, await hear(first.url, attempt));
    const kind = first.contentType.startsWith('image/') ? 'image' : 'other';
    return { id, atMs, kind, text, unheard: false };
  }

  /** The words of a voice note; empty when there are none to be had. Twilio may need a moment to have the file. */
  async function hear(url: string, attempt: number): Promise<string> {
    const media = await parts.download(url, { mostBytes: mostNoteBytes, types: noteTypes });
    if (media.outcome !== 'ready') {
      const { outcome } = media;
      log.warn({ outcome }, 'a voice note could not be had from the carrier');
      if (outcome === 'failed' && attempt < mostDownloads)
        throw new CodedError('DEADLINE_EXCEEDED', 'a voice note is not there yet');
      return '';
    }
    try {
      return (await parts.transcribe(media)).trim();
    } catch (error) {
      log.error({ reason: errorSummary(error).message }, 'a voice note was not understood');
      return '';
    }
  }

  async function takeTurn(id: string, message: string | undefined): Promise<JobEnd> {
    const before = await store.find(id);
    const clinic = before && parts.clinicOf(before.clinic);
    if (!clinic) return 'done';
    const decision = await texts.takeTurn(id, { clinic }, rules);
    if (decision.do === 'wait')
      return isLookedForLater(before, message, rules) ? 'done' : { againMs: decision.ms };
    const after = await store.find(id);
    if (after && nextToSend(after)) await addSending(after);
    return 'done';
  }

  async function addSending(conversation: Conversation): Promise<void> {
    const first = nextToSend(conversation);
    if (!first) return;
    const data = { conversation: conversation.id };
    await jobs.add({ id: `send-${first.id}`, kind: 'send', data });
  }

  async function send(id: string, attempt: number): Promise<JobEnd> {
    const end = await sender.deliver(id, attempt >= jobRules.mostAttempts);
    if (end === 'elsewhere') return { againMs: lookAgainMs };
    if (end === 'again')
      throw new CodedError('DEADLINE_EXCEEDED', 'the carrier asked for patience');
    return 'done';
  }

  async function work({ kind, data, attempt }: Job): Promise<JobEnd> {
    if (kind === 'incoming') return takeIn(data, attempt);
    const { conversation, message } = ofConversation.parse(data);
    if (kind === 'turn') return takeTurn(conversation, message);
    if (kind === 'send') return send(conversation, attempt);
    log.error({ job: kind }, 'a job of an unknown kind was put aside');
    return 'done';
  }

  const later = (what: Promise<unknown>) =>
    what.catch((err) =>
      log.error({ err }, 'a job could not be added; it is found at the next start'),
    );

  function turnDue({ id }: Conversation): void {
    const data = { conversation: id };
    void later(jobs.add({ id: `turn-${id}-${clock.wallMs()}`, kind: 'turn', data }));
  }

  return {
    accept: (message) =>
      jobs.add({ id: message.messageSid, kind: 'incoming', data: incomingSchema.parse(message) }),
    async start() {
      jobs.start(work);
      const left = await store.list({ channel: 'whatsapp', isPending: true, limit: 10_000 });
      for (const { id } of left)
        for (const kind of ['turn', 'send'])
          await jobs.add({
            id: `left-${kind}-${id}-${clock.wallMs()}`,
            kind,
            data: { conversation: id },
          });
    },
    turnDue,
    sendDue: (conversation) => void later(addSending(conversation)),
  };
}

function isVoiceNote({ media: [first] }: IncomingWhatsapp): boolean {
  return first?.contentType.startsWith('audio/') ?? false;
}

/** @param heard its words; empty when there are none to be had, or not yet */
function voiceNote({ messageSid: id, atMs, body }: IncomingWhatsapp, heard: string): Inbound {
  const text = [heard, body.trim()].filter(Boolean).join('\n');
  return { id, atMs, kind: 'voice-note', text, unheard: heard === '' };
}
