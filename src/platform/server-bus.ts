import { withDeadline } from './deadline.ts';
import { CodedError } from './errors.ts';
import { createId } from './id.ts';

/** Carries texts between servers as long as it can: what nobody hears is lost. */
export interface BusWire {
  publish(channel: string, text: string): void;
  /** @returns how to stop */
  subscribe(channel: string, hear: (text: string) => void): () => void;
  close(): Promise<void>;
}

/** What servers tell and ask each other. Facts of the moment only: nothing is kept, and what is lost must not matter. */
export interface ServerBus {
  /** This server, until it ends. */
  readonly server: string;
  /** To every other server that listens. Of at most `mostCharacters` as JSON, otherwise it is not sent. */
  tell(topic: string, message: unknown): void;
  /** What other servers tell. @returns how to stop */
  listen(topic: string, hear: (message: unknown, from: string) => void): () => void;
  /** Asks one server. Rejects with DEADLINE_EXCEEDED when it does not answer in time, or is gone. */
  ask(server: string, topic: string, question: unknown, deadlineMs: number): Promise<unknown>;
  /** @param reply what it rejects with stays here: whoever asked is not answered. @returns how to stop */
  answer(topic: string, reply: (question: unknown) => unknown): () => void;
  close(): Promise<void>;
}

/** Of one message as JSON. */
export const mostCharacters = 512 * 1024;
/** Questions that wait for an answer; one more is refused. */
const mostOpen = 1_000;

interface Envelope {
  from: string;
  /** Of a question, and of its answer. */
  ask?: string;
  body: unknown;
}

export function createServerBus(wire: BusWire, server = createId()): ServerBus {
  const open = new Map<string, (answer: unknown) => void>();
  const send = (channel: string, envelope: Omit<Envelope, 'from'>) => {
    const text = JSON.stringify({ from: server, ...envelope });
    if (text.length <= mostCharacters) wire.publish(channel, text);
  };
  const hear = (channel: string, take: (envelope: Envelope) => void) =>
    wire.subscribe(channel, (text) => {
      const envelope = parseEnvelope(text);
      if (envelope) take(envelope);
    });
  const stopAnswers = hear(`answers:${server}`, ({ ask, body }) => {
    if (ask !== undefined) open.get(ask)?.(body);
  });

  return {
    server,
    tell: (topic, body) => send(`tell:${topic}`, { body }),
    listen: (topic, take) =>
      hear(`tell:${topic}`, ({ from, body }) => {
        if (from !== server) take(body, from);
      }),
    async ask(to, topic, body, deadlineMs) {
      if (open.size >= mostOpen)
        throw new CodedError('DEADLINE_EXCEEDED', 'too many questions to other servers are open');
      const ask = createId();
      const answered = new Promise<unknown>((resolve) => {
        open.set(ask, resolve);
      });
      try {
        send(`ask:${to}:${topic}`, { ask, body });
        return await withDeadline(answered, deadlineMs, 'the answer of another server');
      } finally {
        open.delete(ask);
      }
    },
    answer: (topic, reply) =>
      hear(`ask:${server}:${topic}`, ({ from, ask, body: question }) => {
        const answerIt = async () =>
          send(`answers:${from}`, { ...(ask ? { ask } : {}), body: await reply(question) });
        answerIt().catch(() => undefined);
      }),
    async close() {
      stopAnswers();
      await wire.close();
    },
  };
}

/** What is none of ours, or of a version that speaks differently, is not heard. */
function parseEnvelope(text: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEnvelope =
      typeof value === 'object' && value !== null && 'from' in value && 'body' in value;
    return isEnvelope && typeof value.from === 'string' ? (value as Envelope) : undefined;
  } catch {
    return undefined;
  }
}
