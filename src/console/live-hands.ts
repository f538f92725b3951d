import { z } from 'zod';
import type { Call } from '../call/call.ts';
import type { StaffMember } from '../call/call-staff.ts';
import type { ServerBus } from '../platform/server-bus.ts';
import { type DeedAnswer, doDeed, type LiveDeed, liveDeedSchema } from './live-deeds.ts';
import type { LiveView } from './live-feed.ts';
import type { LiveCall } from './live-view.ts';
import { topics } from './live-wire.ts';

/** Somebody waits in front of the page; a server that is busy for longer is taken for gone. */
const longestDeedMs = 3_000;

const memberSchema = z.strictObject({ id: z.string().min(1).max(100), name: z.string().max(200) });
export const questionSchema = z.strictObject({
  id: z.string().min(1).max(200),
  /** Whoever asked saw the call as one of this clinic. */
  clinic: z.string().min(1).max(100),
  by: memberSchema,
});
const deedQuestionSchema = questionSchema.extend({ deed: liveDeedSchema });
const deedAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['done', 'ending', 'not-yours', 'no-destination', 'gone']) }),
  z.object({ outcome: z.literal('held'), by: z.string() }),
]) satisfies z.ZodType<DeedAnswer>;

export interface LiveHandParts {
  calls: { find(id: string): Call | undefined };
  /** Calls of this server. */
  own: Pick<LiveView, 'find'>;
  /** Where there are several servers. */
  others?: { bus: ServerBus; serverOf(id: string): string | undefined } | undefined;
}

/** What staff do to a call, on whatever server it is. */
export interface LiveHands {
  do(call: LiveCall, by: StaffMember, deed: LiveDeed): Promise<DeedAnswer>;
  stop(): void;
}

export function createLiveHands(parts: LiveHandParts): LiveHands {
  const { calls, others } = parts;
  const stop = others?.bus.answer(topics.deed, (question) => {
    const asked = deedQuestionSchema.safeParse(question).data;
    const call = asked && ownCall(parts, asked);
    return asked && call ? doDeed(call, asked.by, asked.deed) : { outcome: 'gone' };
  });
  return {
    async do({ id, clinic }, by, deed) {
      const call = calls.find(id);
      if (call) return doDeed(call, by, deed);
      const server = others?.serverOf(id);
      if (!others || !server) return { outcome: 'gone' };
      const question = { id, clinic, by: { id: by.id, name: by.name }, deed };
      try {
        const answer = await others.bus.ask(server, topics.deed, question, longestDeedMs);
        return deedAnswerSchema.parse(answer);
      } catch {
        return { outcome: 'unreachable' };
      }
    },
    stop: () => stop?.(),
  };
}

/** Asked by another server: it must be what its person was shown. */
export function ownCall(
  { calls, own }: Pick<LiveHandParts, 'calls' | 'own'>,
  { id, clinic }: { id: string; clinic: string },
): Call | undefined {
  return own.find(id)?.clinic === clinic ? calls.find(id) : undefined;
}
