import { z } from 'zod';
import type { StaffMember } from '../call/call-staff.ts';
import type { TapListener } from '../call/call-tap.ts';
import { createId } from '../platform/id.ts';
import type { ServerBus } from '../platform/server-bus.ts';
import { type LiveHandParts, ownCall, questionSchema } from './live-hands.ts';
import type { LiveCall } from './live-view.ts';
import { topics } from './live-wire.ts';

/** Whoever hears a call of another server says so this often; silent for three times as long, they are gone. */
const keepMs = 2_000;
const longestSilenceMs = 6_000;
const longestAnswerMs = 3_000;
/** Lines to other servers at once; each is two hundred small messages a second at most. */
const mostLines = 50;
/** A piece of sound as base64: a second and a half. */
const longestPiece = 16_000;

export type LineKind = 'listen' | 'talk';

/** The sound of a call, and for who has taken it, their own. */
export interface SoundLine {
  /** μ-law, 8 kHz; of a `talk` line. */
  speak(ulaw: Buffer): void;
  close(): void;
}

export interface LiveLines {
  /**
   * @param hear both sides to who listens, the caller to who talks
   * @param over the line has ended from the call's side; once
   * @returns undefined: not (any more) to be had
   */
  open(
    kind: LineKind,
    call: LiveCall,
    by: StaffMember,
    hear: TapListener,
    over: () => void,
  ): Promise<SoundLine | undefined>;
  stop(): void;
}

const lineQuestionSchema = questionSchema.extend({
  kind: z.enum(['listen', 'talk']),
  line: z.string().regex(/^[a-z2-7]{26}$/),
});
const heardSchema = z.union([
  z.object({
    side: z.enum(['caller', 'agent']),
    at: z.number(),
    ulaw: z.string().max(longestPiece),
  }),
  z.object({ over: z.literal(true) }),
]);
const spokenSchema = z.union([
  z.object({ ulaw: z.string().max(longestPiece) }),
  z.object({ keep: z.literal(true) }),
  z.object({ close: z.literal(true) }),
]);

export function createLiveLines(parts: LiveHandParts): LiveLines {
  const { calls, others } = parts;

  function openHere(
    ...[kind, { id }, by, hear, over]: Parameters<LiveLines['open']>
  ): SoundLine | undefined {
    const call = calls.find(id);
    if (!call) return undefined;
    void call.ended.then(over);
    if (kind === 'listen')
      return { speak: () => undefined, close: call.tap.join('listener', hear) };
    return call.staff.talk(by, (side, ulaw, atByte) => {
      if (side === 'caller') hear(side, ulaw, atByte);
    });
  }

  const stop = others && answerLines(others.bus, parts, openHere);
  return {
    async open(...asked) {
      const [, call] = asked;
      if (calls.find(call.id)) return openHere(...asked);
      const server = others?.serverOf(call.id);
      return others && server ? openElsewhere(others.bus, server, ...asked) : undefined;
    },
    stop: () => stop?.(),
  };
}

/** The end of the line at which somebody listens. */
async function openElsewhere(
  bus: ServerBus,
  server: string,
  ...[kind, { id, clinic }, by, hear, over]: Parameters<LiveLines['open']>
): Promise<SoundLine | undefined> {
  const line = createId();
  const speak = (message: z.input<typeof spokenSchema>) => bus.tell(`spoken-${line}`, message);
  const unhear = bus.listen(`heard-${line}`, (message, from) => {
    const heard = heardSchema.safeParse(message).data;
    if (!heard || from !== server) return;
    if ('over' in heard) over();
    else hear(heard.side, Buffer.from(heard.ulaw, 'base64'), heard.at);
  });
  const question = { kind, line, id, clinic, by: { id: by.id, name: by.name } };
  const answer = await bus
    .ask(server, topics.sound, question, longestAnswerMs)
    .catch(() => undefined);
  if (answer !== true) {
    unhear();
    return undefined;
  }
  const timer = setInterval(() => speak({ keep: true }), keepMs);
  timer.unref();
  return {
    speak: (ulaw) => speak({ ulaw: ulaw.toString('base64') }),
    close() {
      clearInterval(timer);
      unhear();
      speak({ close: true });
    },
  };
}

/** The end of the line at which the call is. @returns how to stop */
function answerLines(
  bus: ServerBus,
  parts: LiveHandParts,
  openHere: (...asked: Parameters<LiveLines['open']>) => SoundLine | undefined,
): () => void {
  const open = new Set<() => void>();

  function answer(question: unknown): boolean {
    const asked = lineQuestionSchema.safeParse(question).data;
    const view = asked && ownCall(parts, asked) && parts.own.find(asked.id);
    if (!asked || !view || open.size >= mostLines) return false;
    if (asked.kind === 'listen' && !view.mayListen) return false;
    const { kind, line, by } = asked;
    const tell = (message: z.input<typeof heardSchema>) => bus.tell(`heard-${line}`, message);
    const endings: (() => void)[] = [];
    const end = () => {
      for (const one of endings.splice(0)) one();
    };
    const hear: TapListener = (side, ulaw, at) => tell({ side, at, ulaw: ulaw.toString('base64') });
    const sound = openHere(kind, view, by, hear, () => {
      tell({ over: true });
      end();
    });
    if (!sound) return false;
    // The server at the other end may be killed: then nobody keeps the line.
    const timer = setTimeout(end, longestSilenceMs);
    timer.unref();
    const unhear = bus.listen(`spoken-${line}`, (message) => {
      const spoken = spokenSchema.safeParse(message).data;
      if (!spoken) return;
      timer.refresh();
      if ('close' in spoken) end();
      else if ('ulaw' in spoken) sound.speak(Buffer.from(spoken.ulaw, 'base64'));
    });
    open.add(end);
    endings.push(
      sound.close,
      unhear,
      () => clearTimeout(timer),
      () => open.delete(end),
    );
    return true;
  }

  const stop = bus.answer(topics.sound, answer);
  return () => {
    stop();
    for (const end of [...open]) end();
  };
}
