import { z } from 'zod';
import type { LiveCall, LiveChange, LiveEntry } from './live-view.ts';

/** What servers tell each other of calls that go on. Checked as it comes: another version of this program may speak. */

const id = z.string().min(1).max(200);
const name = z.string().max(200);

const callSchema = z.object({
  id,
  clinic: z.string().min(1).max(100),
  direction: z.enum(['inbound', 'outbound']),
  via: z.enum(['telephone', 'softphone']),
  caller: name.nullable(),
  startedAt: z.iso.datetime(),
  elapsedMs: z.number(),
  state: z.enum(['agent', 'person', 'ended']),
  holder: z.object({ id, name }).nullable(),
  mayListen: z.boolean(),
  modelLost: z.boolean(),
  emergency: z.boolean(),
  booked: z.number(),
  costBrl: z.number().nullable(),
  ending: name.nullable(),
  durationMs: z.number().nullable(),
}) satisfies z.ZodType<LiveCall>;

/** Shown as it is; what is shown of a note that is not known is the page's business. */
const entrySchema = z.custom<LiveEntry>(
  (value) =>
    z.looseObject({ kind: z.enum(['line', 'note']), id, atMs: z.number() }).safeParse(value)
      .success,
);

const changeSchema = z.object({
  call: callSchema,
  entry: entrySchema.exactOptional(),
}) satisfies z.ZodType<LiveChange>;

export const topics = {
  /** Asks everybody for their beat. */
  hello: 'live-hello',
  beat: 'live-beat',
  change: 'live-change',
  /** This server ends. */
  bye: 'live-bye',
  /** Asked of one: a call with all that was said in it. */
  call: 'live-call',
  deed: 'live-deed',
  sound: 'live-sound',
} as const;

/** `seq` counts the changes of one server: who misses a number has missed a change. */
export const toldChangeSchema = z.object({
  seq: z.int(),
  change: changeSchema,
  /** The first of its call. */
  isFirst: z.boolean(),
});
export const beatSchema = z.object({ seq: z.int(), calls: z.array(id).max(5_000) });
export const callQuestionSchema = z.object({ id });
export const callAnswerSchema = z.object({
  seq: z.int(),
  call: callSchema,
  entries: z.array(entrySchema).max(1_000),
});
