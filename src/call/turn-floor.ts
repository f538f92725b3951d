import type { EndReason } from './call-record.ts';
import type { Moment, Reply, Turn, TurnCommand, TurnRules, Want } from './turn.ts';

/** A turn being changed, with the commands it gives; lives for one event. */
export interface Floor {
  turn: Turn;
  commands: TurnCommand[];
  moment: Moment;
  rules: TurnRules;
}

/** Adds a wanted reply, once for each reason. Whoever is saying goodbye wants nothing else any more. */
export function want(turn: Turn, wanted: Want): void {
  if (turn.closing && wanted.why !== 'farewell' && wanted.why !== 'continue') return;
  if (turn.wants.some((other) => other.why === wanted.why)) return;
  turn.wants = [...turn.wants, wanted];
}

export function wantOf(reply: Reply, why: Want['why']): Want {
  return {
    why,
    ...(reply.instructions ? { instructions: reply.instructions } : {}),
    ...(reply.fallback ? { fallback: reply.fallback } : {}),
  };
}

/** The reply at the model, unless it was already given up. */
export function currentReply(turn: Turn): Reply | undefined {
  return turn.reply?.discardedAtMs === undefined ? turn.reply : undefined;
}

/** Gives up the reply at the model: nothing more of it reaches the caller. */
export function cancelReply(floor: Floor): void {
  const reply = currentReply(floor.turn);
  if (!reply) return;
  floor.turn.reply = { ...reply, discardedAtMs: floor.moment.nowMs };
  floor.commands.push({
    type: 'cancel-reply',
    ...(reply.responseId ? { responseId: reply.responseId } : {}),
  });
  floor.commands.push({ type: 'drop-held-reply' });
}

/** A protected sentence goes on. */
export function silence(floor: Floor): void {
  if (floor.turn.sentence) return;
  floor.commands.push({ type: 'silence-agent' }, { type: 'forget-unheard' });
}

/** The conversation is coming to its end: a farewell first, unless it was already spoken. */
export function startClosing(floor: Floor, reason: EndReason, farewell: Want | undefined): void {
  const { turn, moment } = floor;
  if (turn.closing && turn.closing.reason !== 'agent-goodbye') return;
  turn.phase = 'closing';
  turn.closing = { reason, startedAtMs: moment.nowMs, byPrompt: false };
  turn.wants = farewell ? [farewell] : [];
  // It was the caller's turn until now: the model has a moment to speak before a prompt does.
  if (reason !== 'agent-goodbye') turn.quietSinceMs = moment.nowMs;
  if (!farewell) turn.closing.farewellAtMs = moment.nowMs;
}

/** The way out that needs neither model nor this process: the verbs after `</Connect>`. */
export function leave(floor: Floor, reason: 'model-unreachable' | 'model-refused'): void {
  const { turn, moment, commands } = floor;
  if (turn.phase === 'warming') {
    turn.phase = 'over';
    commands.push({ type: 'leave-to-fallback', reason });
    return;
  }
  if (turn.closing?.reason === reason) return;
  turn.phase = 'closing';
  turn.closing = { reason, startedAtMs: moment.nowMs, farewellAtMs: moment.nowMs, byPrompt: true };
  turn.wants = [];
  commands.push({ type: 'play-prompt', prompt: 'problema-tecnico' });
}

const keepable: ReadonlySet<EndReason> = new Set(['agent-goodbye', 'caller-silent', 'transferred']);

/** Nobody has said yet that this call must end. */
export function isKeepable({ phase, closing }: Turn): boolean {
  return phase === 'talking' || (phase === 'closing' && !!closing && keepable.has(closing.reason));
}

/** Speech during the goodbye keeps the call, unless the call has to end. */
export function keepCall(turn: Turn): void {
  if (!turn.closing || !keepable.has(turn.closing.reason)) return;
  turn.phase = 'talking';
  turn.closing = undefined;
  turn.wants = turn.wants.filter((other) => other.why !== 'farewell');
}

/** Before anything else that is wanted, also before a goodbye: nobody hangs up believing what is not so. */
export function correctAgent({ turn }: Floor, text: string): void {
  const instructions = `Diga exatamente, sem acrescentar nada: «${text}»`;
  const others = turn.wants.filter(({ why }) => why !== 'correction');
  turn.wants = [{ why: 'correction', instructions }, ...others];
}
