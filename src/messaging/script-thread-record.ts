import { z } from 'zod';
import { scriptRunSchema } from '../agent/script-run.ts';

/** First messages that are joined until one of them names a demand, and characters of each. */
export const mostSaid = 4;
export const longestSaid = 1_000;
/** Scripts that served a conversation before the one in use. */
export const mostEarlier = 8;

export const chosenScriptSchema = z.strictObject({
  scriptId: z.string().max(100),
  score: z.number().min(0).max(1),
  by: z.enum(['words', 'meaning']),
  words: z.array(z.string().max(100)).max(10),
  example: z.string().max(400),
  /** Null: nobody but the matching itself. Otherwise the user's id of whoever of the staff chose it. */
  chosenBy: z.string().max(100).nullable(),
});
/** Which script serves a conversation, and why. */
export type ChosenScript = z.output<typeof chosenScriptSchema>;

export const scriptThreadSchema = z.strictObject({
  said: z.array(z.string().max(longestSaid)).max(mostSaid),
  /** Messages in a row that asked for nothing we know. */
  misses: z.int().min(0),
  chosen: chosenScriptSchema.nullable(),
  /** Ids of those in use before: what they allow stays allowed. */
  earlier: z.array(z.string().max(100)).max(mostEarlier),
  run: scriptRunSchema.nullable(),
  /** The agent asks in its own words; otherwise the script itself is put to the person, question by question. */
  isFree: z.boolean(),
  /** Of the request for staff that the run becomes; made before it, so that it is made once. */
  requestId: z.string().max(100).nullable(),
  /** In free conversation: `senderTurns` when all answers were handed to the agent to be read back. */
  reviewedAtTurn: z.int().min(0).nullable(),
});
/** How far the scripts are in one conversation, on any channel. Personal data. */
export type ScriptThread = z.output<typeof scriptThreadSchema>;

export const emptyThread: ScriptThread = {
  ...{ said: [], misses: 0, chosen: null, earlier: [], run: null },
  ...{ isFree: false, requestId: null, reviewedAtTurn: null },
};
