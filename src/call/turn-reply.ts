import type { Reply, TurnEvent, Want } from './turn.ts';
import { currentReply, type Floor, leave, want, wantOf } from './turn-floor.ts';

/** A refused request is made again after this. */
const refusedWaitMs = 500;
/** After so many replies of tool calls without a word, the model is asked to speak; after `most` it is given up. */
export const silentToolReplies = { usual: 8, most: 12 };

/** What the model's own reply does not make superfluous. */
const outlivingWants: ReadonlySet<Want['why']> = new Set(['greeting', 'farewell', 'correction']);

export function replyCreated(floor: Floor, responseId: string, asked: boolean): void {
  const { turn, moment, commands } = floor;
  const expected = asked ? turn.reply : undefined;
  const stale = expected?.discardedAtMs !== undefined;
  const toNoise = !asked && moment.nowMs < turn.dropRepliesUntilMs;
  const reply: Reply = expected
    ? { ...expected, responseId }
    : { why: 'caller', askedAtMs: moment.nowMs, responseId };
  if (toNoise) reply.discardedAtMs = moment.nowMs;
  if (stale || toNoise) commands.push({ type: 'cancel-reply', responseId });
  if (toNoise) turn.dropRepliesUntilMs = Number.NEGATIVE_INFINITY;
  if (!asked && turn.interruption) turn.interruption = { ...turn.interruption, answered: true };
  if (!asked) turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  const outrun = asked ? undefined : currentReply(turn);
  turn.reply = reply;
  // The model answered by itself before it saw our request, which it will refuse.
  if (outrun && outrun.why !== 'caller') {
    if (toNoise || outrun.why === 'greeting' || outrun.why === 'farewell')
      want(turn, wantOf(outrun, outrun.why));
  }
  // The model has seen everything said and every tool output by now: this reply answers them all.
  if (!stale && !toNoise) {
    turn.owesAnswer = true;
    turn.wants = turn.wants.filter(({ why }) => outlivingWants.has(why));
  }
}

/** Another reply was already active at the model: ask again when it is over, a bounded number of times. */
export function replyRefused(floor: Floor): void {
  const { turn } = floor;
  const refused = turn.reply;
  if (!refused || refused.responseId) return;
  turn.reply = undefined;
  if (refused.discardedAtMs !== undefined || refused.why === 'caller') return;
  turn.failures += 1;
  if (turn.failures > 2) return leave(floor, 'model-unreachable');
  turn.askNotBeforeMs = floor.moment.nowMs + refusedWaitMs;
  turn.wants = [wantOf(refused, refused.why), ...turn.wants];
}

export function replyAudio(floor: Floor, responseId: string): void {
  const { turn, moment } = floor;
  const reply = turn.reply;
  if (reply?.responseId !== responseId) return;
  if (reply.firstAudioAtMs === undefined) turn.speakingSinceMs = moment.nowMs;
  turn.reply = {
    ...reply,
    firstAudioAtMs: reply.firstAudioAtMs ?? moment.nowMs,
    lastAudioAtMs: moment.nowMs,
  };
  if (reply.discardedAtMs !== undefined) return;
  turn.owesAnswer = false;
  turn.announcedAtMs = undefined;
  turn.agentTurnSinceMs = moment.nowMs;
  turn.quietSinceMs = moment.nowMs;
  if (turn.closing && reply.why === 'farewell') turn.closing.farewellAtMs ??= moment.nowMs;
}

export function replyDone(floor: Floor, event: Extract<TurnEvent, { type: 'reply-done' }>): void {
  const { turn, commands } = floor;
  const reply = turn.reply;
  if (reply?.responseId !== event.responseId) return;
  turn.reply = undefined;
  if (reply.discardedAtMs !== undefined) return;
  if (event.status === 'completed' && (event.hadAudio || event.calledTool)) {
    turn.failures = 0;
    turn.silentToolReplies = event.hadAudio ? 0 : turn.silentToolReplies + 1;
    if (turn.silentToolReplies >= silentToolReplies.most) return leave(floor, 'model-unreachable');
    if (turn.closing && event.hadAudio) turn.closing.farewellAtMs ??= floor.moment.nowMs;
    return;
  }
  // Cancelled by the model for the caller's voice: what they say next is the next turn.
  if (event.status === 'cancelled' || (event.status === 'incomplete' && event.hadAudio)) return;
  turn.failures += 1;
  if (turn.failures === 1) return want(turn, wantOf(reply, 'retry'));
  if (turn.failures === 2) {
    commands.push({ type: 'play-prompt', prompt: 'nao-entendi' });
    turn.owesAnswer = false;
    return;
  }
  leave(floor, 'model-unreachable');
}
